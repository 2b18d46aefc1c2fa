/** Times that are often asked about, by the hall's day. */
import { isoDay } from '@/kit/format'
import { monthAfter } from './points'

export interface Preset {
  name: 'month' | 'before' | 'quarter' | 'year'
  from: string
  to: string
}

const lastDay = (month: string) => {
  const next = new Date(`${monthAfter(month, 1)}-01T00:00:00Z`)
  next.setUTCDate(0)
  return next.toISOString().slice(0, 10)
}

export function presets(at: string): Preset[] {
  const to = isoDay(at)
  const [year, month] = [to.slice(0, 4), to.slice(0, 7)]
  const before = monthAfter(month, -1)
  const first = monthAfter(month, -((Number(month.slice(5)) - 1) % 3))
  return [
    { name: 'month', from: `${month}-01`, to },
    { name: 'before', from: `${before}-01`, to: lastDay(before) },
    { name: 'quarter', from: `${first}-01`, to },
    { name: 'year', from: `${year}-01-01`, to },
  ]
}
