/** What filters offer. */
import { DEPARTMENTS, departmentName } from '@/kit/departments'
import type { Language } from '@/kit/preferences'
import type { Person } from '@/kit/session'

/** Every department, or only a person's own. */
export function departmentChoices(language: Language, only: Person | null | undefined) {
  const codes = only ? only.departments : Object.keys(DEPARTMENTS)
  return codes.map((value) => ({ value, label: departmentName(value, language) }))
}
