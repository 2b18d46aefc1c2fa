/** A day's sides beside each other: the bank's file, the payments we know of, the tickets given for them. */
import type { BankDay } from './types'

export interface Side {
  key: 'file' | 'paid' | 'ticket'
  count: number | null
  sum: number | null
  /** By how much it differs from the bank's file; nothing where one of the two is not known. */
  off: number | null
}

export function sidesOf(day: BankDay): Side[] {
  const off = (sum: number | null) => (sum === null || day.file_sum === null ? null : sum - day.file_sum)
  return [
    { key: 'file', count: day.file_count, sum: day.file_sum, off: off(day.file_sum) },
    { key: 'paid', count: day.paid_count, sum: day.paid_sum, off: off(day.paid_sum) },
    { key: 'ticket', count: day.ticket_count, sum: day.ticket_sum, off: off(day.ticket_sum) },
  ]
}

/** 一致, 不一致, or not to be told yet. */
export function agreeing(first: number | null, second: number | null): 'agree' | 'differ' | 'unknown' {
  if (first === null || second === null) return 'unknown'
  return first === second ? 'agree' : 'differ'
}
