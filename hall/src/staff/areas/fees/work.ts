/** What waits on the fee window's desk: each count with the list behind it and the role whose turn it is. */
import type { Waiting } from './types'

export interface Work {
  kind: 'lists' | 'notices' | 'disputes' | 'refunds' | 'reliefs' | 'exceptions' | 'differences' | 'days'
  state: string
  turn: string
}

export const WORK: Work[] = [
  { kind: 'lists', state: 'open', turn: 'fee_officer' },
  { kind: 'refunds', state: 'requested', turn: 'fee_officer' },
  { kind: 'refunds', state: 'failed', turn: 'fee_officer' },
  { kind: 'exceptions', state: 'open', turn: 'fee_officer' },
  { kind: 'disputes', state: 'open', turn: 'treasurer' },
  { kind: 'refunds', state: 'verified', turn: 'treasurer' },
  { kind: 'reliefs', state: 'reviewed', turn: 'treasurer' },
  { kind: 'exceptions', state: 'proposed', turn: 'treasurer' },
  { kind: 'differences', state: 'open', turn: 'treasurer' },
  { kind: 'days', state: 'open', turn: 'treasurer' },
  { kind: 'notices', state: 'issued', turn: 'payer' },
  { kind: 'notices', state: 'overdue', turn: 'payer' },
  { kind: 'reliefs', state: 'requested', turn: 'chief_representative' },
  { kind: 'reliefs', state: 'approved', turn: 'government_head' },
  { kind: 'refunds', state: 'sent', turn: 'bank' },
  { kind: 'differences', state: 'held', turn: 'bank' },
]

export interface Counted extends Work {
  count: number
  to: string
}

/** Of those whose lists this person may open, their own first. */
export function workOf(waiting: Waiting, roles: string[]): { mine: Counted[]; others: Counted[] } {
  const mayOpen = ({ kind }: Work) =>
    (!['differences', 'days'].includes(kind) ||
      roles.some((role) => ['treasurer', 'supervisor', 'leader'].includes(role))) &&
    (!['disputes', 'exceptions'].includes(kind) || roles.some((role) => role !== 'leader'))
  const counted = WORK.filter(mayOpen).map((work) => ({
    ...work,
    count: waiting[work.kind][work.state] ?? 0,
    to: `/fees/${work.kind}?state=${work.state}`,
  }))
  return {
    mine: counted.filter(({ turn }) => roles.includes(turn)),
    others: counted.filter(({ turn }) => !roles.includes(turn)),
  }
}
