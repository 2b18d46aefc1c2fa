import { describe, expect, it } from 'vitest'
import { presets } from './spans'

describe('times that are often asked about', () => {
  it('begin with months by the day in the hall', () => {
    expect(presets('2026-05-31T16:30:00Z').map(({ from, to }) => [from, to])).toEqual([
      ['2026-06-01', '2026-06-01'],
      ['2026-05-01', '2026-05-31'],
      ['2026-04-01', '2026-06-01'],
      ['2026-01-01', '2026-06-01'],
    ])
  })

  it('know the last day of February', () => {
    expect(presets('2028-03-10T04:00:00Z')[1]).toEqual({ name: 'before', from: '2028-02-01', to: '2028-02-29' })
  })
})
