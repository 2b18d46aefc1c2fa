/** How this reader wants the pages: language, 长辈版 (large), high contrast. Kept in the browser. */
import { defineStore } from 'pinia'
import { ref, watchEffect } from 'vue'

export type Language = 'zh' | 'en'

const KEPT = 'yimen.preferences'

interface Kept {
  language: Language
  large: boolean
  contrast: boolean
}

function remembered(): Kept {
  const usual: Kept = { language: 'zh', large: false, contrast: false }
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Kept>) }
  } catch {
    return usual
  }
}

export const usePreferences = defineStore('preferences', () => {
  const before = remembered()
  const language = ref(before.language)
  const large = ref(before.large)
  const contrast = ref(before.contrast)

  watchEffect(() => {
    const root = document.documentElement
    root.lang = language.value === 'zh' ? 'zh-CN' : 'en'
    root.toggleAttribute('data-large', large.value)
    root.toggleAttribute('data-contrast', contrast.value)
    const chosen: Kept = { language: language.value, large: large.value, contrast: contrast.value }
    localStorage.setItem(KEPT, JSON.stringify(chosen))
  })

  return { language, large, contrast }
})
