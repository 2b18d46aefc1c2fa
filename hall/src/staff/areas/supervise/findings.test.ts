import { describe, expect, it } from 'vitest'
import { forAttendance, forPatrols, points, range, tenthsOf } from './findings'

const rule = (code: string, charges: { tenths: number; least?: number | null }[] = [], enabled = true) => ({
  code,
  rule: 'R82',
  title: code,
  enabled,
  charges: charges.map((one) => ({ kind: 'window' as const, part: 'result', least: null, ...one })),
})

describe('what people enter', () => {
  it('keeps attendance, and what the supervisor finds itself, out of patrols', () => {
    const rules = [rule('irregular_papers'), rule('away'), rule('order_unanswered'), rule('bad_press', [], false)]
    expect(forPatrols(rules).map(({ code }) => code)).toEqual(['irregular_papers'])
    expect(forAttendance(rules).map(({ code }) => code)).toEqual(['away'])
  })

  it('lets the finder choose only where the row gives a range, and where all of its charges allow it', () => {
    expect(range(rule('fixed', [{ tenths: -20 }]))).toBeUndefined()
    expect(
      range(
        rule('open', [
          { tenths: -50, least: -10 },
          { tenths: -30, least: -20 },
        ]),
      ),
    ).toEqual({ low: -30, high: -20 })
    expect(range(rule('praise', [{ tenths: 20, least: 10 }]))).toEqual({ low: 10, high: 20 })
  })
})

describe('points', () => {
  it('are shown in points and kept in tenths', () => {
    expect(points(-50)).toBe('-5')
    expect(points(15)).toBe('+1.5')
    expect(tenthsOf('-2.5')).toBe(-25)
    expect(tenthsOf('－3')).toBe(-30)
    expect(tenthsOf('2.55')).toBeUndefined()
    expect(tenthsOf('two')).toBeUndefined()
  })
})
