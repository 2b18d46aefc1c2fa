import { describe, expect, it } from 'vitest'
import { day, isoDay, minute, yuan } from './format'

describe('money', () => {
  it('is exact to the 分, however large', () => {
    expect(yuan(0)).toBe('0.00')
    expect(yuan(5)).toBe('0.05')
    expect(yuan(8000)).toBe('80.00')
    expect(yuan(-123456789)).toBe('-1,234,567.89')
    expect(yuan(9007199254740991)).toBe('90,071,992,547,409.91')
  })
})

describe('time', () => {
  it('is the hall’s, wherever the reader is', () => {
    expect(minute('2026-12-31T16:05:00Z', 'zh')).toContain('2027年1月1日')
    expect(minute('2026-12-31T16:05:00Z', 'zh')).toContain('00:05')
    expect(isoDay('2026-12-31T16:05:00Z')).toBe('2027-01-01')
  })

  it('keeps a date that has no time', () => {
    expect(day('2026-02-28', 'zh')).toBe('2026年2月28日')
    expect(day(null, 'zh')).toBe('')
  })
})
