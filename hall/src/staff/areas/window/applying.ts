/** A walk-in's application as the clerk fills it in, and as intake takes it. Shared with the stations. */
import type { components } from '@/generated/intake'
import { asked } from './checklist'
import type { ItemMaterial, ItemView } from './shapes'

type Schemas = components['schemas']

export interface Count {
  originals: number
  copies: number
  /** A scan, uploaded by the clerk. */
  file_id?: string
}

export interface Filled {
  applicant: { type: 'person' | 'organisation'; name: string; id_number: string; phone: string; email: string }
  byAgent: boolean
  agent: { name: string; id_number: string; phone: string; mandate: string }
  situations: string[]
  counts: Record<string, Count>
  asIs: boolean
  language: 'zh' | 'en'
  electronic: boolean
  renews: string
  project: string
}

export const blank = (): Filled => ({
  applicant: { type: 'person', name: '', id_number: '', phone: '', email: '' },
  byAgent: false,
  agent: { name: '', id_number: '', phone: '', mandate: '' },
  situations: [],
  counts: {},
  asIs: false,
  language: 'zh',
  electronic: false,
  renews: '',
  project: '',
})

export const pieces = (count: Count | undefined): number => (count?.originals ?? 0) + (count?.copies ?? 0)

/** Everything that is asked for, as many as is asked for: one press where the file is complete. */
export function complete(materials: ItemMaterial[], before: Record<string, Count>): Record<string, Count> {
  const whole = materials
    .filter(({ required }) => required !== false)
    .map(({ code, originals, copies }) => [code, { ...before[code], originals, copies: copies ?? 0 }] as const)
  return { ...before, ...Object.fromEntries(whole) }
}

export const lackingOf = (item: ItemView, filled: Pick<Filled, 'situations' | 'counts'>): ItemMaterial[] =>
  asked(item, filled.situations).filter(({ required, code }) => required !== false && !pieces(filled.counts[code]))

export function materialsOf(item: ItemView, filled: Pick<Filled, 'situations' | 'counts'>): Schemas['MaterialBody'][] {
  return asked(item, filled.situations)
    .filter(({ code }) => pieces(filled.counts[code]))
    .map(({ code }) => materialOf(code, filled.counts[code]!))
}

export const materialOf = (code: string, count: Count): Schemas['MaterialBody'] => ({
  code,
  copies: pieces(count),
  ...(count.file_id ? { file_id: count.file_id } : {}),
})

export function applicantOf({ applicant }: Pick<Filled, 'applicant'>): Schemas['ApplicantBody'] {
  const { email, ...rest } = applicant
  return { ...rest, id_number: rest.id_number.trim(), ...(email.trim() ? { email: email.trim() } : {}) }
}

export function applicationOf(item: ItemView, filled: Filled): Schemas['ApplicationBody'] {
  return {
    item_code: item.code,
    channel: 'window',
    applicant: applicantOf(filled),
    materials: materialsOf(item, filled),
    situations: filled.situations,
    as_is: filled.asIs,
    language: filled.language,
    electronic_service: filled.electronic,
    ...(filled.byAgent ? { agent: { ...filled.agent } } : {}),
    ...(filled.renews.trim() ? { renews: filled.renews.trim() } : {}),
    ...(filled.project.trim() ? { project: filled.project.trim() } : {}),
  }
}

/** Field → what it wants: `required` or `choose`; the words are the page's. */
export function gapsOf(item: ItemView, filled: Filled): Record<string, string> {
  const gaps: Record<string, string> = {}
  for (const field of ['name', 'id_number', 'phone'] as const) {
    if (!filled.applicant[field].trim()) gaps[`applicant.${field}`] = field
  }
  if (filled.byAgent) {
    for (const field of ['name', 'id_number', 'phone', 'mandate'] as const) {
      if (!filled.agent[field].trim()) gaps[`agent.${field}`] = field
    }
  }
  if (item.situations?.length && !filled.situations.length) gaps.situations = 'situations'
  return gaps
}
