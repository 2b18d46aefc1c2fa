/**
 * The words of the pages: Simplified Chinese first, English by the same mechanism.
 * `kit` words come with every page; an area's come with its first page, under the area's name: t('apply.submit').
 */
import type { WritableComputedRef } from 'vue'
import { createI18n, type I18nOptions } from 'vue-i18n'
import type { Language } from './preferences'
import en from './wording/en.json'
import zh from './wording/zh.json'

/** One text in both languages, where it stands in code: titles of routes, labels of menus. */
export type Both = Record<Language, string>

export const i18n = createI18n({
  legacy: false,
  locale: 'zh' as Language,
  fallbackLocale: 'zh',
  messages: { zh, en },
} as I18nOptions & { legacy: false })

export const speak = (language: Language): void => {
  ;(i18n.global.locale as unknown as WritableComputedRef<Language>).value = language
}

export type WordingFiles = Record<string, () => Promise<{ default: object }>>

const loaded = new Set<string>()

/** `files`: from import.meta.glob over the areas' wording. Done before a page of the area is shown. */
export async function loadWording(files: WordingFiles, area: string, language: Language): Promise<void> {
  const path = Object.keys(files).find((name) => name.endsWith(`/${area}/wording/${language}.json`))
  if (!path || loaded.has(path)) return
  const words = (await files[path]!()).default
  i18n.global.mergeLocaleMessage(language, { [area]: words })
  loaded.add(path)
}
