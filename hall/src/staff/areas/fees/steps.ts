/** Whose turn it is in a refund or a reduction, and what keeps a person from it: no two of its steps by one and the same. */
import type { Due, Refund, Relief } from './types'

const REFUND_TURNS: Partial<Record<Refund['state'], string>> = { requested: 'fee_officer', verified: 'treasurer' }
const RELIEF_TURNS: Partial<Record<Relief['state'], string>> = {
  requested: 'chief_representative',
  reviewed: 'treasurer',
  approved: 'government_head',
}

export const refundTurn = ({ state }: Pick<Refund, 'state'>) => REFUND_TURNS[state]
export const reliefTurn = ({ state }: Pick<Relief, 'state'>) => RELIEF_TURNS[state]

/** The last day for the step that is awaited now. */
export function dueOf(refund: Pick<Refund, 'state' | 'verify_by' | 'approve_by' | 'pay_by'>): Due | null {
  if (refund.state === 'requested') return refund.verify_by
  if (refund.state === 'verified') return refund.approve_by
  return ['approved', 'sent', 'failed'].includes(refund.state) ? refund.pay_by : null
}

/** Whether this person already had a hand in it. */
export const hadAHand = (person: string | undefined, ...others: ({ id: string } | null | undefined)[]): boolean =>
  others.some((other) => other?.id === person)
