import { describe, expect, it } from 'vitest'
import { hundredths, monthAfter, quarterBefore, quarterOf, signedTenths, tenths } from './points'

describe('points and their times', () => {
  it('shows whole tenths and hundredths as people write points', () => {
    expect([tenths(935), signedTenths(-50), signedTenths(10), hundredths(9567), hundredths(null)]).toEqual([
      '93.5',
      '-5.0',
      '+1.0',
      '95.67',
      '—',
    ])
  })

  it('goes from month to month over the turn of the year', () => {
    expect([monthAfter('2026-01', -1), monthAfter('2026-12', 1)]).toEqual(['2025-12', '2027-01'])
  })

  it('knows the quarter of a month and the one before', () => {
    expect([quarterOf('2026-03'), quarterOf('2026-10'), quarterBefore('2026-Q1'), quarterBefore('2026-Q3')]).toEqual([
      '2026-Q1',
      '2026-Q4',
      '2025-Q4',
      '2026-Q2',
    ])
  })
})
