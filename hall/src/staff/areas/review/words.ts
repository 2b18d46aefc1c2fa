/** What a form says of a field that was left empty. */
import { useI18n } from 'vue-i18n'

export function useRequired() {
  const { t } = useI18n()
  const missing = (what: string) => t('form.required', { what: t(`review.field.${what}`) })
  /** `fields`: path to value, and the field's word where it is not the path. */
  function required(fields: Record<string, unknown>, words: Record<string, string> = {}): Record<string, string> {
    const empty = Object.entries(fields).filter(([, value]) => value === undefined || !String(value).trim())
    return Object.fromEntries(empty.map(([field]) => [field, missing(words[field] ?? field)]))
  }
  return { missing, required }
}
