/**
 * An item as it is typed, and as the service takes it. What the form does not show (grades of a fee, conditions of a
 * stage) goes through it unchanged. Guarantees: what is left empty is left out, so that the service says what it lacks.
 */
import type { components } from '@/generated/intake'

type Schemas = components['schemas']
export type Item = Schemas['Item']

export interface MaterialDraft {
  code: string
  name: string
  required: boolean
  originals: string
  copies: string
  form_note: string
  situations: string[]
  deferrable: boolean
}

export interface FeeDraft {
  code: string
  name: string
  unit: string
  /** In yuan, as it is typed. */
  price: string
  basis: string
  calculator: NonNullable<Schemas['Fee']['calculator']>
  /** In per cent. */
  rate: string
  half_rate_basis: string
  late_fee_basis: string
  grades: NonNullable<Schemas['Fee']['grades']>
  valid_from: string
  valid_to: string
}

export interface StageDraft {
  name: string
  departments: string[]
  limit_days: string
  silence_consents: boolean
  conditions: NonNullable<Schemas['Stage']['conditions']>
}

export interface Draft {
  code: string
  name: string
  department: string
  organ: string
  kind: Item['kind']
  version: string
  effective_from: string
  statutory_days: string
  statutory_text: string
  statutory_basis: string
  promised_days: string
  promised_text: string
  legal_basis: string
  quantity: string
  quota: string
  channels: string[]
  superior: string
  licence_name: string
  licence_years: string
  safety: boolean
  inspection: boolean
  lead_may_override: boolean
  free: boolean
  situations: Schemas['Situation'][]
  materials: MaterialDraft[]
  fees: FeeDraft[]
  stages: StageDraft[]
  disclosures: Record<string, string>
}

export const newMaterial = (place: number): MaterialDraft => ({
  code: String(place).padStart(3, '0'),
  name: '',
  required: true,
  originals: '1',
  copies: '0',
  form_note: '',
  situations: [],
  deferrable: false,
})

export const newFee = (): FeeDraft => ({
  code: '',
  name: '',
  unit: '',
  price: '',
  basis: '',
  calculator: 'piece',
  rate: '',
  half_rate_basis: '',
  late_fee_basis: '',
  grades: [],
  valid_from: '',
  valid_to: '',
})

export const newStage = (department: string): StageDraft => ({
  name: '',
  departments: department ? [department] : [],
  limit_days: '',
  silence_consents: false,
  conditions: [],
})

export const newDraft = (department: string): Draft => ({
  code: '',
  name: '',
  department,
  organ: '',
  kind: 'committed',
  version: '1',
  effective_from: '',
  statutory_days: '',
  statutory_text: '',
  statutory_basis: '',
  promised_days: '',
  promised_text: '',
  legal_basis: '',
  quantity: '',
  quota: '',
  channels: ['web', 'window'],
  superior: '',
  licence_name: '',
  licence_years: '',
  safety: false,
  inspection: false,
  lead_may_override: false,
  free: true,
  situations: [],
  materials: [newMaterial(1)],
  fees: [],
  stages: [],
  disclosures: { content: '', basis: '', conditions: '', procedure: '', limit: '', fee: '' },
})

const typed = (number: number | null | undefined) => (number === null || number === undefined ? '' : String(number))

/** `version`: that of the draft, where it follows a published one. */
export function draftOf(item: Item, version = item.version): Draft {
  const same = newDraft(item.department)
  const texts = ['organ', 'statutory_text', 'promised_text', 'statutory_basis'] as const
  for (const name of texts) same[name] = item[name] ?? ''
  return {
    ...same,
    code: item.code,
    name: item.name,
    kind: item.kind,
    version: String(version),
    effective_from: item.effective_from,
    statutory_days: typed(item.statutory_days),
    promised_days: typed(item.promised_days),
    legal_basis: item.legal_basis,
    quantity: item.quantity,
    quota: typed(item.quota),
    channels: [...(item.channels ?? same.channels)],
    superior: item.superior ?? '',
    licence_name: item.licence?.name ?? '',
    licence_years: typed(item.licence?.valid_years),
    safety: item.safety ?? false,
    inspection: item.inspection ?? false,
    lead_may_override: item.lead_may_override ?? false,
    free: item.free,
    situations: [...(item.situations ?? [])],
    materials: (item.materials ?? []).map(materialDraft),
    fees: (item.fees ?? []).map(feeDraft),
    stages: (item.stages ?? []).map(stageDraft),
    disclosures: { ...same.disclosures, ...item.disclosures },
  }
}

const materialDraft = (one: Schemas['ItemMaterial']): MaterialDraft => ({
  ...newMaterial(1),
  ...one,
  originals: typed(one.originals),
  copies: typed(one.copies ?? 0),
  situations: [...(one.situations ?? [])],
})

const feeDraft = (one: Schemas['Fee']): FeeDraft => ({
  ...newFee(),
  ...one,
  price: one.price ? (one.price / 100).toFixed(2) : '',
  rate: one.rate ? String(one.rate / 100) : '',
  half_rate_basis: one.half_rate_basis ?? '',
  late_fee_basis: one.late_fee_basis ?? '',
  grades: [...(one.grades ?? [])],
  valid_from: one.valid_from ?? '',
  valid_to: one.valid_to ?? '',
})

const stageDraft = (one: Schemas['Stage']): StageDraft => ({
  name: one.name,
  departments: [...one.departments],
  limit_days: typed(one.limit_days),
  silence_consents: one.silence_consents ?? false,
  conditions: [...(one.conditions ?? [])],
})

/** Empty is nothing; what is no whole number goes as it is, for the service to refuse in its own words. */
const number = (text: string): number | string | undefined => {
  const plain = text.trim()
  if (!plain) return undefined
  return /^\d{1,9}$/.test(plain) ? Number(plain) : plain
}

/** 12.3 as 1230; undefined where nothing is typed; what is no amount as it is. */
export function hundredths(text: string): number | string | undefined {
  const plain = text.trim()
  if (!plain) return undefined
  const found = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(plain)
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : plain
}

const full = (content: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined && value !== ''))

/** The report's `item`. */
export function contentOf(draft: Draft): Record<string, unknown> {
  const { licence_name, licence_years, ...rest } = draft
  return full({
    ...rest,
    version: number(draft.version),
    statutory_days: number(draft.statutory_days),
    promised_days: number(draft.promised_days),
    quota: number(draft.quota),
    licence: licence_name ? full({ name: licence_name, valid_years: number(licence_years) }) : undefined,
    materials: draft.materials.map((one) =>
      full({ ...one, originals: number(one.originals), copies: number(one.copies) }),
    ),
    fees: draft.free ? [] : draft.fees.map(feeContent),
    stages: draft.stages.map((one) => full({ ...one, limit_days: number(one.limit_days) })),
  })
}

const feeContent = (one: FeeDraft) =>
  full({
    ...one,
    price: one.calculator === 'percentage' ? 0 : hundredths(one.price),
    rate: one.calculator === 'percentage' ? hundredths(one.rate) : undefined,
  })
