import { expect, it } from 'vitest'
import { lastDayOf, monthsBefore, shareOf, starsOf } from './months'

it('counts months back over the turn of the year', () =>
  expect(monthsBefore('2026-02', 4)).toEqual(['2026-02', '2026-01', '2025-12', '2025-11']))
it('has no month before one that is not known yet', () => expect(monthsBefore('', 3)).toEqual([]))
it('knows the last day of a month', () =>
  expect([lastDayOf('2026-02'), lastDayOf('2028-02'), lastDayOf('2026-11')]).toEqual([
    '2026-02-28',
    '2028-02-29',
    '2026-11-30',
  ]))
it('tells a share and a mean, and a dash where there is none', () => {
  expect(shareOf({ part: 1, whole: 8, per_ten_thousand: 1250 })).toBe('12.5%')
  expect(shareOf({ part: 0, whole: 0, per_ten_thousand: null })).toBe('—')
  expect(starsOf({ total: 9, count: 2, hundredths: 450 })).toBe('4.50')
  expect(starsOf({ total: 0, count: 0, hundredths: null })).toBe('—')
})
