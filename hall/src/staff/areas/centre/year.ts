/** A year's plan of days off (放假安排) as it is typed, and its months as a grid. Days are ISO dates, as the service has them. */

export interface Plan {
  days_off: string[]
  worked_weekends: string[]
}

export type Sort = 'worked' | 'weekend' | 'off' | 'made-up'

export interface Cell {
  day: string
  number: number
  sort: Sort
}

const DAY_MS = 24 * 3600 * 1000
const utc = (day: string) => Date.parse(`${day}T00:00:00Z`)
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10)
/** From Monday, 0, to Sunday, 6. */
const weekday = (day: string) => (new Date(utc(day)).getUTCDay() + 6) % 7
const weekend = (day: string) => weekday(day) >= 5

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text)) && iso(utc(text)) === text
}

/** Lines of days, or of stretches such as 2027-10-01 至 2027-10-07; `wrong` are the lines that cannot be read. */
export function readDays(text: string): { days: string[]; wrong: string[] } {
  const days = new Set<string>()
  const wrong: string[] = []
  for (const line of text.split(/[\n,，、;；]+/).map((one) => one.trim())) {
    if (!line) continue
    const [first, last = first, more] = line.split(/\s*(?:至|到|~|\bto\b)\s*/)
    if (!first || !last || more !== undefined || !isDay(first) || !isDay(last) || last < first) wrong.push(line)
    else for (let at = utc(first); at <= utc(last); at += DAY_MS) days.add(iso(at))
  }
  return { days: [...days].sort(), wrong }
}

/** Days off that need no saying are left out: weekends are off anyway. */
export const daysOff = (days: string[]): string[] => days.filter((day) => !weekend(day))

/** As it is typed: days that follow one another on one line. */
export function written(days: string[]): string {
  const lines: [string, string][] = []
  for (const day of [...days].sort()) {
    const last = lines.at(-1)
    if (last && utc(day) === utc(last[1]) + DAY_MS) last[1] = day
    else lines.push([day, day])
  }
  return lines.map(([first, last]) => (first === last ? first : `${first} 至 ${last}`)).join('\n')
}

function sortOf(day: string, plan: Plan): Sort {
  if (plan.worked_weekends.includes(day)) return 'made-up'
  if (weekend(day)) return 'weekend'
  return plan.days_off.includes(day) ? 'off' : 'worked'
}

/** The month's weeks from Monday to Sunday; undefined where a day is another month's. `month` from 1. */
export function weeksOf(year: number, month: number, plan: Plan): (Cell | undefined)[][] {
  const first = iso(Date.UTC(year, month - 1, 1))
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const cells: (Cell | undefined)[] = Array.from({ length: weekday(first) })
  for (let number = 1; number <= length; number++) {
    const day = iso(Date.UTC(year, month - 1, number))
    cells.push({ day, number, sort: sortOf(day, plan) })
  }
  while (cells.length % 7) cells.push(undefined)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}
