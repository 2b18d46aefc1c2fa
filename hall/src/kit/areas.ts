/** A site is made of areas: each has its routes, its entries in the menu and its words, in a folder of its own. */
import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteMeta, type Router, type RouteRecordRaw } from 'vue-router'
import { usePreferences } from './preferences'
import { useSession } from './session'
import { loadWording, type Both, type WordingFiles } from './words'

declare module 'vue-router' {
  interface RouteMeta {
    title: Both
    area?: string
    speaks?: string[]
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
  /** Other areas whose words its pages use too, with components of theirs. */
  speaks?: string[]
  menu: MenuEntry[]
  routes: RouteRecordRaw[]
}

export type AreaFiles = Record<string, { area: Area }>

export const areasOf = (files: AreaFiles): Area[] =>
  Object.values(files)
    .map((file) => file.area)
    .sort((a, b) => a.order - b.order)

/** The areas whose words a page of this route needs. */
export const wordsOf = ({ area, speaks }: RouteMeta): string[] => (area ? [area, ...(speaks ?? [])] : [])

export function siteRouter(base: string, areas: Area[], more: RouteRecordRaw[], wording: WordingFiles): Router {
  const ofAreas = areas.flatMap(({ name, routes, speaks }) =>
    routes.map((route) => ({ ...route, meta: { ...route.meta!, area: name, speaks } }) as RouteRecordRaw),
  )
  const router = createRouter({
    history: createWebHistory(base),
    routes: [...ofAreas, ...more],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach(async (to) => {
    const session = useSession()
    const { roles } = to.meta
    if (roles) await session.askOtherTabs()
    if (roles && !session.person && to.name !== 'sign-in') return { name: 'sign-in', query: { to: to.fullPath } }
    if (roles?.length && !session.has(...roles)) return { name: 'forbidden', query: { to: to.fullPath } }
    const { language } = usePreferences()
    await Promise.all(wordsOf(to.meta).map((area) => loadWording(wording, area, language)))
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
