/** What the overview shows, from several answers of the monitor; `today` is the hall's. */
import type { components } from '@/generated/monitor'
import { ask, monitor } from '@/kit/api'
import { isoDay } from '@/kit/format'

type Schemas = components['schemas']

export interface DepartmentLine {
  department: string
  month?: Schemas['Figures']
  today?: Schemas['Figures']
  now?: Schemas['DepartmentSummary']
}

export interface Seen {
  at: string
  today: string
  month: Schemas['Overview']
  day: Schemas['Overview']
  lines: DepartmentLine[]
  lights: Record<string, number>
  days: Schemas['DayFigures'][]
  urgent: (Schemas['CaseLine'] & { at: string })[]
}

const MOST_URGENT = 12

export async function overview(): Promise<Seen> {
  const month = await ask(monitor.GET('/statistics/overview'))
  const today = isoDay(month.at)
  const only = { params: { query: { from: today, to: today } } }
  const [day, ofMonth, ofDay, summary, days, cases] = await Promise.all([
    ask(monitor.GET('/statistics/overview', only)),
    ask(monitor.GET('/statistics/departments')),
    ask(monitor.GET('/statistics/departments', only)),
    ask(monitor.GET('/summary')),
    ask(monitor.GET('/statistics/days')),
    ask(monitor.GET('/cases', { params: { query: { limit: MOST_URGENT } } })),
  ])
  return {
    at: month.at,
    today,
    month,
    day,
    lines: linesOf(ofMonth.items, ofDay.items, summary.departments),
    lights: lightsOf(summary.departments),
    days: days.items,
    urgent: cases.items.map((line) => ({ ...line, at: cases.at })),
  }
}

/** A line for whoever had anything this month, or has anything open. */
export function linesOf(
  month: Schemas['DepartmentFigures'][],
  today: Schemas['DepartmentFigures'][],
  now: Schemas['DepartmentSummary'][],
): DepartmentLine[] {
  const codes = [...month, ...now.filter((one) => one.open)].map((one) => one.department)
  return [...new Set(codes)].sort().map((department) => ({
    department,
    month: month.find((one) => one.department === department)?.figures,
    today: today.find((one) => one.department === department)?.figures,
    now: now.find((one) => one.department === department),
  }))
}

export function lightsOf(departments: Pick<Schemas['DepartmentSummary'], 'lights'>[]): Record<string, number> {
  const sums: Record<string, number> = { red: 0, yellow: 0, blue: 0, green: 0 }
  for (const { lights } of departments)
    for (const [light, count] of Object.entries(lights)) sums[light] = (sums[light] ?? 0) + count
  return sums
}
