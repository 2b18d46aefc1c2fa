/** Codes and dates of cases in the reader's language. For pages of every area that speaks `window`. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { departmentName } from '@/kit/departments'
import { day, minute } from '@/kit/format'
import { usePreferences } from '@/kit/preferences'

interface Day {
  on: string
  provisional?: boolean
}

export function useCaseWords() {
  const { t, te } = useI18n()
  const preferences = usePreferences()
  const language = computed(() => preferences.language)

  const word = (group: string, code: string | null | undefined): string => {
    const key = `window.${group}.${code}`
    return code && te(key) ? t(key) : (code ?? '')
  }
  return {
    t,
    word,
    language,
    day: (date: string | null | undefined) => day(date, language.value),
    minute: (instant: string | null | undefined) => minute(instant, language.value),
    /** An instant with its minute, a date as it is. */
    when: (at: string) => (at.length === 10 ? day(at, language.value) : minute(at, language.value)),
    due: (due: Day | null | undefined) =>
      due ? day(due.on, language.value) + (due.provisional ? t('window.deadline.provisional') : '') : '',
    department: (code: string) => departmentName(code, language.value),
    /** The hall's own words say more than the state does; they are Chinese. */
    state: (one: { state: string; state_words: string }) =>
      language.value === 'zh' ? one.state_words : word('state', one.state),
  }
}
