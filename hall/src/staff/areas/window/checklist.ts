/** The list of an item's materials held against what was handed in. */
import type { CaseView, Held, ItemMaterial, ItemView } from './shapes'

export interface Line {
  code: string
  name: string
  required: boolean
  deferrable: boolean
  originals: number
  copies: number
  note: string
  held?: Held
  /** Why it was asked for in the one-time notice, or is let follow. */
  asked?: string
  deferred?: string
}

/** Papers are in Chinese, whatever language the clerk reads: the reason that is offered first is as well. */
export const NOT_HANDED_IN = '收件时未提交'

export function asked(item: Pick<ItemView, 'materials'>, situations: readonly string[]): ItemMaterial[] {
  const applies = ({ situations: only = [] }: ItemMaterial) =>
    !only.length || only.some((code) => situations.includes(code))
  return (item.materials ?? []).filter(applies)
}

/** Without the item (it was withdrawn meanwhile) only what is in the file can be told. */
export function checklist(one: CaseView, item: ItemView | undefined): Line[] {
  const held = new Map(one.materials.map((material) => [material.code, material]))
  const requested = new Map(one.requested.map(({ code, reason }) => [code, reason]))
  const deferred = new Map(one.deferral?.materials.map(({ code, reason }) => [code, reason]))
  const beside = (code: string) => ({
    held: held.get(code),
    asked: requested.get(code),
    deferred: deferred.get(code),
  })
  const listed = item ? asked(item, one.situations) : []
  const codes = new Set(listed.map(({ code }) => code))
  const others = one.materials.filter(({ code }) => !codes.has(code))
  return [...listed.map((material) => ({ ...lineOf(material), ...beside(material.code) })), ...others.map(bare)]

  function bare({ code, name }: Held): Line {
    return { code, name, required: false, deferrable: false, originals: 0, copies: 0, note: '', ...beside(code) }
  }
}

const lineOf = (material: ItemMaterial) => ({
  code: material.code,
  name: material.name,
  required: material.required ?? true,
  deferrable: material.deferrable ?? false,
  originals: material.originals,
  copies: material.copies ?? 0,
  note: material.form_note ?? '',
})

export const lacking = (lines: Line[]): Line[] => lines.filter(({ required, held }) => required && !held)

/** Whether the window may accept: nothing is missing, or only what the item lets follow. */
export const acceptable = (one: CaseView, lines: Line[]): boolean => {
  const deferrable = new Set(lines.filter((line) => line.deferrable).map(({ name }) => name))
  return one.missing.every((name) => deferrable.has(name))
}
