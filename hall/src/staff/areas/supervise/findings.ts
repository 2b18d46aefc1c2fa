/** Rows of the rulebook that people enter, and how many points they may choose. Points are kept in tenths. */
import type { components } from '@/generated/monitor'

type FindingRule = components['schemas']['FindingRule']

const ATTENDANCE = ['absent_half_day', 'late_or_early', 'missing_sign', 'away', 'meeting_late', 'meeting_missed']
/** Found by the supervisor itself, in the events: nobody enters them. */
const DERIVED = ['order_unanswered', 'escalated_yellow', 'escalated_red', 'complaint_upheld', 'bad_rating_overdue']

export const ABSENT = 'absent_half_day'

export const forPatrols = (rules: readonly FindingRule[]): FindingRule[] =>
  rules.filter(({ code, enabled }) => enabled && !ATTENDANCE.includes(code) && !DERIVED.includes(code))

export const forAttendance = (rules: readonly FindingRule[]): FindingRule[] =>
  rules.filter(({ code, enabled }) => enabled && ATTENDANCE.includes(code))

/** Between which tenths the finder chooses; undefined where the points are fixed. */
export function range(rule: FindingRule | undefined): { low: number; high: number } | undefined {
  const ranged = (rule?.charges ?? []).filter(({ least }) => least !== null && least !== undefined)
  if (!ranged.length) return undefined
  const bounds = ranged.map(({ tenths, least }) => [Math.min(tenths, least!), Math.max(tenths, least!)] as const)
  return { low: Math.max(...bounds.map(([low]) => low)), high: Math.min(...bounds.map(([, high]) => high)) }
}

/** -50 as -5, 15 as +1.5. */
export const points = (tenths: number): string => `${tenths > 0 ? '+' : ''}${tenths / 10}`

/** What was typed as points, in tenths; undefined where it is no number with at most one decimal. */
export function tenthsOf(typed: string): number | undefined {
  const text = typed.trim().replace('−', '-').replace('－', '-')
  return /^[+-]?\d{1,3}(\.\d)?$/.test(text) ? Math.round(Number(text) * 10) : undefined
}
