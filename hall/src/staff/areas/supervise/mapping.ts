/** How a department's log is read, as a form: one text a field; steps a line each, 环节=列名. */
import type { components } from '@/generated/monitor'

type Mapping = components['schemas']['MappingBody']

export const COLUMNS = [
  'own_number',
  'item_code',
  'item_name',
  'kind',
  'received',
  'accepted',
  'promised_days',
  'statutory_days',
  'promised_text',
  'statutory_text',
  'closed',
] as const
export const DEFAULTS = ['default_promised_days', 'default_statutory_days'] as const
export const REQUIRED: readonly string[] = ['own_number', 'accepted']

export type Field = (typeof COLUMNS)[number] | (typeof DEFAULTS)[number]
export type Typed = Record<Field, string> & { steps: string; kinds: string }

export function typed(mapping?: Partial<components['schemas']['LogMapping']>): Typed {
  const found: Record<string, string> = {}
  for (const field of [...COLUMNS, ...DEFAULTS]) found[field] = String(mapping?.[field] ?? '')
  found.steps = (mapping?.steps ?? []).map(({ activity, column }) => `${activity}=${column}`).join('\n')
  found.kinds = Object.entries(mapping?.kinds ?? {})
    .map(([word, kind]) => `${word}=${kind}`)
    .join('\n')
  return found as Typed
}

/** Lines of left=right. undefined where one has no sign between its two sides. */
export function pairs(text: string): [string, string][] | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => /^([^=＝]+)[=＝](.+)$/.exec(line))
  return lines.every(Boolean) ? lines.map((one) => [one![1]!.trim(), one![2]!.trim()]) : undefined
}

/** What is kept beside what is typed (date formats, delimiter, encoding) stays as it was. */
export function mappingOf(values: Typed, before?: components['schemas']['LogMapping']): Mapping {
  const columns = Object.fromEntries(COLUMNS.map((field) => [field, values[field].trim() || null]))
  const days = Object.fromEntries(DEFAULTS.map((field) => [field, values[field].trim() ? Number(values[field]) : null]))
  return {
    ...before,
    ...columns,
    ...days,
    own_number: values.own_number.trim(),
    accepted: values.accepted.trim(),
    steps: (pairs(values.steps) ?? []).map(([activity, column]) => ({ activity, column })),
    kinds: Object.fromEntries(pairs(values.kinds) ?? []) as Mapping['kinds'],
  }
}
