/** Lists to choose from, in the reader's language. */
import { DEPARTMENTS, type Department } from '@/kit/departments'
import type { Language } from '@/kit/preferences'

export interface Option {
  value: string
  label: string
}

export const departmentOptions = (language: Language, only?: readonly string[]): Option[] =>
  (Object.keys(DEPARTMENTS) as Department[])
    .filter((code) => !only || only.includes(code))
    .map((code) => ({ value: code, label: DEPARTMENTS[code][language] }))

/** `words`: how a value is called. `first`: what stands for none of them. */
export const optionsOf = (values: readonly string[], words: (value: string) => string, first?: string): Option[] => [
  ...(first === undefined ? [] : [{ value: '', label: first }]),
  ...values.map((value) => ({ value, label: words(value) })),
]
