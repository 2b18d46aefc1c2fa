/** Puts a site on the page: stores, words, routes, and what a reader prefers. */
import 'element-plus/theme-chalk/base.css'
import './styles/base.css'
import { createPinia } from 'pinia'
import { createApp, watch, type Component } from 'vue'
import type { Router } from 'vue-router'
import { wordsOf } from './areas'
import { usePreferences } from './preferences'
import { i18n, loadWording, speak, type WordingFiles } from './words'

export async function start(shell: Component, wording: WordingFiles, makeRouter: () => Router): Promise<void> {
  const app = createApp(shell).use(createPinia()).use(i18n)
  const preferences = usePreferences()
  const router = makeRouter()
  watch(
    () => preferences.language,
    async (language) => {
      const areas = wordsOf(router.currentRoute.value.meta)
      await Promise.all(areas.map((area) => loadWording(wording, area, language)))
      speak(language)
    },
    { immediate: true },
  )
  app.use(router)
  await router.isReady().catch(() => undefined) // a route that failed shows its own page
  app.mount('#app')
}
