/** An application as it is filled in: what the item asks for, what a draft keeps of it, what is handed in. */
import type { components } from '@/generated/intake'

type Schemas = components['schemas']
export type Item = Schemas['ItemView']
export type Material = Schemas['ItemMaterial']
export type Draft = Schemas['DraftBody']
export type Body = Schemas['ApplicationBody']
export type Piece = Schemas['MaterialBody']
export type Language = Schemas['Language']

/** How a material comes in: as an uploaded file, on paper at the window, or not now. */
export type Way = 'file' | 'paper' | 'none'

export interface Uploaded {
  file_id: string
  file_name: string
}

export interface Brought extends Uploaded {
  way: Way
  copies: number
}

export interface Person {
  name: string
  id_number: string
  phone: string
  email: string
}

export interface Application {
  situations: string[]
  renews: string
  project: string
  organisation: boolean
  applicant: Person
  language: Language
  represented: boolean
  agent: Person & { mandate: string; mandate_file: Uploaded }
  materials: Record<string, Brought>
  electronic_service: boolean
  as_is: boolean
}

const nobody = (): Person => ({ name: '', id_number: '', phone: '', email: '' })
export const noFile = (): Uploaded => ({ file_id: '', file_name: '' })
export const notYet = (): Brought => ({ way: 'none', copies: 1, ...noFile() })

export const blank = (name = '', language: Language = 'zh'): Application => ({
  situations: [],
  renews: '',
  project: '',
  organisation: false,
  applicant: { ...nobody(), name },
  language,
  represented: false,
  agent: { ...nobody(), mandate: '', mandate_file: noFile() },
  materials: {},
  electronic_service: true,
  as_is: false,
})

/** What names no situation belongs to every one (services/intake/domain/situations.py). */
const belongs = (named: readonly string[] | undefined, chosen: readonly string[]): boolean =>
  !named?.length || named.some((code) => chosen.includes(code))

export const askedFor = (item: Item, chosen: readonly string[]): Material[] =>
  (item.materials ?? []).filter((material) => belongs(material.situations, chosen))

/** Departments that take part, each once, in the order of the stages. */
export function takingPart(item: Item, chosen: readonly string[]): string[] {
  const found = (item.stages ?? []).flatMap(({ departments, conditions }) =>
    departments.filter((code) =>
      belongs(conditions?.find(({ department }) => department === code)?.situations, chosen),
    ),
  )
  return [...new Set(found)]
}

export const piecesOf = (material: Material): number => Math.max(1, material.originals + (material.copies ?? 0))

const brings = (brought: Brought | undefined): boolean =>
  brought?.way === 'paper' ? brought.copies > 0 : brought?.way === 'file' && brought.file_id !== ''

/** Required, and neither uploaded nor to be brought. */
export const missing = (item: Item, values: Application): Material[] =>
  askedFor(item, values.situations).filter(
    ({ code, required }) => required !== false && !brings(values.materials[code]),
  )

export function pieces(codes: readonly string[], materials: Record<string, Brought>): Piece[] {
  return codes
    .filter((code) => brings(materials[code]))
    .map((code) => {
      const { way, copies, file_id } = materials[code]!
      return way === 'file' ? { code, copies: 1, file_id } : { code, copies }
    })
}

const trimmed = ({ name, id_number, phone, email }: Person) => ({
  name: name.trim(),
  id_number: id_number.trim(),
  phone: phone.trim(),
  email: email.trim() || null,
})

export function toBody(item: Item, values: Application, draft: string): Body {
  const { agent } = values
  const codes = askedFor(item, values.situations).map(({ code }) => code)
  return {
    item_code: item.code,
    channel: 'web',
    applicant: { type: values.organisation ? 'organisation' : 'person', ...trimmed(values.applicant) },
    materials: pieces(codes, values.materials),
    situations: values.situations,
    renews: values.renews.trim() || null,
    project: values.project.trim() || null,
    agent: values.represented
      ? { ...trimmed(agent), mandate: agent.mandate_file.file_id || agent.mandate.trim() }
      : null,
    language: values.language,
    electronic_service: values.electronic_service,
    as_is: values.as_is,
    draft_id: draft || null,
  }
}

const UPLOAD = /^file-[0-9a-f]{32}$/

/** A file that was chosen and not uploaded yet is kept as a material of no copies; file names stay in the browser. */
export function toDraft(code: string, values: Application): Draft {
  const { agent, applicant } = values
  return {
    item_code: code,
    channel: 'web',
    applicant: { type: values.organisation ? 'organisation' : 'person', ...applicant },
    agent: values.represented
      ? {
          name: agent.name,
          id_number: agent.id_number,
          phone: agent.phone,
          email: agent.email,
          mandate: agent.mandate_file.file_id || agent.mandate,
        }
      : null,
    materials: Object.entries(values.materials)
      .filter(([, { way }]) => way !== 'none')
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([of, { way, copies, file_id }]) =>
        way === 'file' ? { code: of, copies: file_id ? 1 : 0, file_id: file_id || null } : { code: of, copies },
      ),
    situations: values.situations,
    renews: values.renews,
    project: values.project,
    language: values.language,
    electronic_service: values.electronic_service,
    as_is: values.as_is,
  }
}

const person = (from: { [field in keyof Person]?: string | null } | null | undefined): Person => ({
  name: from?.name ?? '',
  id_number: from?.id_number ?? '',
  phone: from?.phone ?? '',
  email: from?.email ?? '',
})

/** `names`: of uploads, by file_id, as far as this browser knows them. */
export function fromDraft(draft: Draft, names: Record<string, string> = {}): Application {
  const file = (file_id: string): Uploaded => ({ file_id, file_name: names[file_id] ?? '' })
  const mandate = draft.agent?.mandate ?? ''
  const uploaded = UPLOAD.test(mandate)
  return {
    situations: (draft.situations ?? []).filter((code) => code !== null),
    renews: draft.renews ?? '',
    project: draft.project ?? '',
    organisation: draft.applicant?.type === 'organisation',
    applicant: person(draft.applicant),
    language: draft.language === 'en' ? 'en' : 'zh',
    represented: Boolean(draft.agent),
    agent: {
      ...person(draft.agent),
      mandate: uploaded ? '' : mandate,
      mandate_file: uploaded ? file(mandate) : noFile(),
    },
    materials: Object.fromEntries(
      (draft.materials ?? []).map(({ code, copies, file_id }) => [
        code ?? '',
        file_id || !copies
          ? { way: 'file' as const, copies: 1, ...file(file_id ?? '') }
          : { way: 'paper' as const, copies, ...noFile() },
      ]),
    ),
    electronic_service: draft.electronic_service ?? true,
    as_is: draft.as_is ?? false,
  }
}
