/** What every page of the area says the same way: money, days, people, departments. */
import { useI18n } from 'vue-i18n'
import { departmentName } from '@/kit/departments'
import { day, minute, yuan } from '@/kit/format'
import { usePreferences } from '@/kit/preferences'
import type { Due } from './types'

export function useWords() {
  const { t, te } = useI18n()
  const preferences = usePreferences()
  const onDay = (date: string | null | undefined) => day(date, preferences.language)
  const atMinute = (instant: string | null | undefined) => minute(instant, preferences.language)
  return {
    t,
    te,
    onDay,
    atMinute,
    money: (fen: number | null | undefined) =>
      fen === null || fen === undefined ? '—' : `${yuan(fen)} ${t('money.unit')}`,
    department: (code: string | null | undefined) => (code ? departmentName(code, preferences.language) : ''),
    /** Who did it, and when; nothing where nobody did. */
    did: (who: { name: string } | null | undefined, at: string | null | undefined) =>
      at ? [who?.name, atMinute(at)].filter(Boolean).join(t('fees.comma')) : '',
    due: (due: Due | null | undefined) => (due ? onDay(due.on) + (due.provisional ? t('fees.provisional') : '') : ''),
  }
}
