import { describe, expect, it } from 'vitest'
import { lightsOf, linesOf } from './overview'

const summary = (department: string, open: number, red = 0) =>
  ({ department, open, lights: { red, green: open - red } }) as unknown as Parameters<typeof linesOf>[2][0]
const figures = (department: string, accepted: number) =>
  ({ department, figures: { accepted } }) as unknown as Parameters<typeof linesOf>[0][0]

describe('the overview', () => {
  it('has a line for who had anything this month and for who has anything open', () => {
    const lines = linesOf([figures('fire', 3)], [figures('fire', 1)], [summary('market', 2), summary('health', 0)])
    expect(
      lines.map(({ department, month, today, now }) => [department, month?.accepted, today?.accepted, now?.open]),
    ).toEqual([
      ['fire', 3, 1, undefined],
      ['market', undefined, undefined, 2],
    ])
  })

  it('adds up the lights of all departments', () => {
    expect(lightsOf([summary('fire', 3, 1), summary('market', 2, 2)])).toEqual({ red: 3, yellow: 0, blue: 0, green: 2 })
  })
})
