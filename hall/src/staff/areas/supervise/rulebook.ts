/** Versions of the rulebook held against each other, and what the law holds fast in all of them. */
import type { components } from '@/generated/monitor'
import { points } from './findings'

export type Rulebook = components['schemas']['RulebookShape']
type Charge = components['schemas']['Charge']
type Light = components['schemas']['Light']

/** Rows of the national law (services/monitor/domain/rulebook_check.py; a test holds the two against each other). */
export const NATIONAL = [
  'deemed-acceptance',
  'fee-violation',
  'hearing',
  'lone-inspector',
  'long-over',
  'no-reasons',
  'second-notice',
  'service',
  'statutory',
  'unnoticed',
  'visit',
]

const SEVERITY: Light[] = ['green', 'blue', 'yellow', 'red']

/** Levels that a row may have: of the law's rows none that is milder than the first book's. */
export function levelsOf(code: string, first: Light | undefined): Light[] {
  const least = NATIONAL.includes(code) && first ? SEVERITY.indexOf(first) : 1
  return SEVERITY.slice(Math.max(1, least))
}

export interface Difference {
  place: string
  name: string
  field: string
  before: string
  after: string
}

const charged = (charges: readonly Charge[] | undefined) =>
  (charges ?? []).map((one) => `${one.kind}/${one.part} ${points(one.tenths)}`).join('; ')

/** Every row of a book by where it stands, each field as text. */
function rowsOf(book: Rulebook): Map<string, { place: string; name: string; fields: Record<string, string> }> {
  const rows = new Map<string, { place: string; name: string; fields: Record<string, string> }>()
  const put = (place: string, key: string, name: string, fields: Record<string, unknown>) =>
    rows.set(`${place}/${key}`, {
      place,
      name,
      fields: Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, String(value ?? '')])),
    })
  for (const one of book.alerts) {
    const { level, text, answer_days, enabled } = one
    put('alerts', one.code, one.text, { level, text, answer_days, enabled, charges: charged(one.charges) })
  }
  for (const one of book.findings)
    put('findings', one.code, one.title, { title: one.title, enabled: one.enabled, charges: charged(one.charges) })
  for (const scheme of book.schemes) {
    put('schemes', scheme.kind, scheme.kind, { bonus_cap: scheme.bonus_cap, floors: scheme.floors })
    for (const part of scheme.parts)
      put('schemes', `${scheme.kind}/${part.code}`, part.name, { name: part.name, ceiling: part.ceiling })
  }
  for (const [name, number] of Object.entries(book.numbers)) put('numbers', name, name, { number })
  return rows
}

/** What the later book says otherwise. A row that one of them lacks is empty there. */
export function differences(former: Rulebook, later: Rulebook): Difference[] {
  const [before, after] = [rowsOf(former), rowsOf(later)]
  const found: Difference[] = []
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(key), after.get(key)]
    const { place, name } = (now ?? old)!
    for (const field of Object.keys((now ?? old)!.fields)) {
      const change = { before: old?.fields[field] ?? '', after: now?.fields[field] ?? '' }
      if (change.before !== change.after) found.push({ place, name, field, ...change })
    }
  }
  return found
}
