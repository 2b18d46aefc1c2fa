/** Officials whom a form has to name: there is no list of all, so those already met are offered. */
import type { Review, StandIn } from './may'

export interface Official {
  id: string
  name: string
}

export const nobody = (): Official => ({ id: '', name: '' })

/** Without doubles, whoever signed or was named in the review, and the department's stand-ins. */
export function known(me: Official, review: Review | undefined, standIns: StandIn[]): Official[] {
  const met: (Official | null | undefined)[] = [
    me,
    review?.receipt?.signed_by,
    review?.assignment?.assignee,
    review?.assignment?.assigned_by,
    ...(review?.former_assignments.map((one) => one.assignee) ?? []),
    ...(review?.visits.flatMap((visit) => visit.officials) ?? []),
    ...standIns.map((one) => ({ id: one.staff_id, name: one.name })),
    ...standIns.map((one) => one.named_by),
  ]
  const found = met.filter((one) => one !== null && one !== undefined)
  return [...new Map(found.map(({ id, name }) => [id, { id, name }])).values()]
}

/** Mistakes of an official's field, for a form's check. */
export function lacking(official: Official, field: string, say: (what: 'staffName' | 'staffId') => string) {
  const wrong: Record<string, string> = {}
  if (!official.name.trim()) wrong[`${field}.name`] = say('staffName')
  if (!official.id.trim()) wrong[`${field}.id`] = say('staffId')
  return wrong
}

/** What a field of day and hour holds, as an instant; the hall's clock is Shanghai's. */
export const hallInstant = (text: string): string => `${text}:00+08:00`
