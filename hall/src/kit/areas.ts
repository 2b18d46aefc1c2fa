/** A site is made of areas: each has its routes, its entries in the menu and its words, in a folder of its own. */
import { nextTick } from 'vue'
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router'
import { usePreferences } from './preferences'
import { useSession } from './session'
import { loadWording, type Both, type WordingFiles } from './words'

declare module 'vue-router' {
  interface RouteMeta {
    title: Both
    area?: string
    /** Who may open the page: nobody named, everybody; an empty list, whoever is signed in. */
    roles?: string[]
  }
}

export interface MenuEntry {
  to: string
  label: Both
  roles?: string[]
}

export interface Area {
  name: string
  /** Heading over the area's entries in the menu. */
  label: Both
  order: number
  menu: MenuEntry[]
  routes: RouteRecordRaw[]
}

export type AreaFiles = Record<string, { area: Area }>

export const areasOf = (files: AreaFiles): Area[] =>
  Object.values(files)
    .map((file) => file.area)
    .sort((a, b) => a.order - b.order)

export function siteRouter(base: string, areas: Area[], more: RouteRecordRaw[], wording: WordingFiles): Router {
  const ofAreas = areas.flatMap(({ name, routes }) =>
    routes.map((route) => ({ ...route, meta: { ...route.meta!, area: name } }) as RouteRecordRaw),
  )
  const router = createRouter({
    history: createWebHistory(base),
    routes: [...ofAreas, ...more],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach(async (to) => {
    const session = useSession()
    const { roles, area } = to.meta
    if (roles) await session.askOtherTabs()
    if (roles && !session.person && to.name !== 'sign-in') return { name: 'sign-in', query: { to: to.fullPath } }
    if (roles?.length && !session.has(...roles)) return { name: 'forbidden', query: { to: to.fullPath } }
    if (area) await loadWording(wording, area, usePreferences().language)
    return true
  })
  router.afterEach(async (to, from) => {
    document.title = `${to.meta.title[usePreferences().language]} · ${usePreferences().language === 'zh' ? '一门' : 'Yimen'}`
    if (to.path === from.path || !from.matched.length) return
    await nextTick()
    document.querySelector<HTMLElement>('h1')?.focus()
  })
  return router
}
