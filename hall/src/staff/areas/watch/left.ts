/** How much time is left of a limit, told in working days and in hours by the clock. A limit ends with its last day. */
const HOUR_MS = 3_600_000

export interface TimeLeft {
  /** Key of the words: left, today, late, standing. */
  words: 'left' | 'today' | 'late' | 'standing'
  days: number
  hours: number
}

/** `left`: working days, negative when late. `due` null: the clock stands. `at`: the hall's time. */
export function timeLeft(left: number, due: string | null, at: string): TimeLeft {
  if (!due) return { words: 'standing', days: left, hours: 0 }
  const ends = new Date(`${due}T00:00:00+08:00`).getTime() + 24 * HOUR_MS
  const hours = Math.floor(Math.abs(ends - new Date(at).getTime()) / HOUR_MS)
  if (new Date(at).getTime() >= ends) return { words: 'late', days: Math.abs(left), hours }
  return { words: left > 0 ? 'left' : 'today', days: left, hours }
}
