import { describe, expect, it } from 'vitest'
import { timeLeft } from './left'

describe('the time that is left', () => {
  it('is told in working days, and in hours to the end of the last day', () => {
    expect(timeLeft(2, '2026-03-04', '2026-03-02T04:00:00Z')).toEqual({ words: 'left', days: 2, hours: 60 })
  })

  it('ends with the last day itself', () => {
    expect(timeLeft(0, '2026-03-02', '2026-03-02T15:30:00Z')).toEqual({ words: 'today', days: 0, hours: 0 })
    expect(timeLeft(0, '2026-03-02', '2026-03-02T16:00:00Z').words).toBe('late')
  })

  it('is told as lateness afterwards', () => {
    expect(timeLeft(-2, '2026-03-02', '2026-03-04T04:00:00Z')).toEqual({ words: 'late', days: 2, hours: 36 })
  })

  it('stands while the clock stands', () => {
    expect(timeLeft(4, null, '2026-03-04T04:00:00Z').words).toBe('standing')
  })
})
