/** What can be said of an item without asking the hall again: whether it is meant, and what one's situation asks for. */
import type { components } from '@/generated/intake'

export type Summary = components['schemas']['ItemSummary']
export type Item = components['schemas']['ItemView']
export type Material = components['schemas']['ItemMaterial']
export type Stage = components['schemas']['Stage']
export type Fee = components['schemas']['Fee']

export interface Wanted {
  words: string
  department: string
  kind: string
}

/** Every word must stand somewhere in its name, its code or its department's name. */
export function matching(items: Summary[], { words, department, kind }: Wanted): Summary[] {
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean)
  return items.filter((item) => {
    const text = `${item.name} ${item.code} ${item.department_name}`.toLowerCase()
    const narrow = (!department || item.department === department) && (!kind || item.kind === kind)
    return narrow && asked.every((word) => text.includes(word))
  })
}

const belongs = (named: string[] | undefined, chosen: string[]) =>
  !named?.length || named.some((situation) => chosen.includes(situation))

/** What names no situation is asked for in every one; while none is chosen, everything is shown. */
export function materialsFor(item: Item, chosen: string[]): Material[] {
  const all = item.materials ?? []
  return chosen.length ? all.filter((material) => belongs(material.situations, chosen)) : all
}

/** The steps in which somebody takes part, each with the departments that do. */
export function stagesFor(item: Item, chosen: string[]): Stage[] {
  const all = item.stages ?? []
  if (!chosen.length) return all
  return all
    .map((stage) => ({
      ...stage,
      departments: stage.departments.filter((department) =>
        belongs(stage.conditions?.find((one) => one.department === department)?.situations, chosen),
      ),
    }))
    .filter((stage) => stage.departments.length)
}
