/** What may be chosen in the centre's forms, in the reader's language. */
import { DEPARTMENTS, departmentName } from '@/kit/departments'
import type { Language } from '@/kit/preferences'

export interface Choice {
  value: string
  label: string
}

export function departmentChoices(language: Language, codes: readonly string[] = Object.keys(DEPARTMENTS)): Choice[] {
  return codes.map((value) => ({ value, label: departmentName(value, language) }))
}

export const KINDS = ['instant', 'committed', 'joint', 'forwarded'] as const
export const CHANNELS = ['web', 'window', 'township', 'village'] as const
export const CALCULATORS = ['piece', 'percentage', 'area'] as const
export const DISCLOSED = ['content', 'basis', 'conditions', 'procedure', 'limit', 'fee'] as const
export const STATES = ['reported', 'entered', 'refused', 'kept_out'] as const
export const GROUNDS = ['false_material', 'fraud', 'bad_credit'] as const
export const ROUTES_OF_MESSAGES = ['sms', 'mail', 'inbox'] as const

/** Words for each value: t('centre.kinds.instant'). */
export const worded = (values: readonly string[], of: string, t: (key: string) => string): Choice[] =>
  values.map((value) => ({ value, label: t(`centre.${of}.${value}`) }))
