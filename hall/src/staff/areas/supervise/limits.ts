/** How pressing a limit is. */
export interface Urgency {
  light: 'green' | 'yellow' | 'red'
  words: 'late' | 'lateToday' | 'today' | 'days'
  days: number
}

/** `left`: working days, negative when late; nothing where nothing is waited for. A limit that passed on a day off is late
 * by no working day yet. */
export function urgency(left: number | null | undefined, overdue: boolean): Urgency | undefined {
  if (left === null || left === undefined) return undefined
  if (overdue || left < 0) return { light: 'red', words: left < 0 ? 'late' : 'lateToday', days: -left }
  if (left === 0) return { light: 'yellow', words: 'today', days: 0 }
  return { light: left === 1 ? 'yellow' : 'green', words: 'days', days: left }
}
