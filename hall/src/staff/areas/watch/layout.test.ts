import { describe, expect, it } from 'vitest'
import { busiest, layout } from './layout'

const ways = [
  { origin: 'begin', target: 'submitted', count: 9 },
  { origin: 'submitted', target: 'accepted', count: 7 },
  { origin: 'submitted', target: 'returned', count: 2 },
  { origin: 'accepted', target: 'submitted', count: 1 },
  { origin: 'accepted', target: 'end', count: 7 },
  { origin: 'returned', target: 'end', count: 2 },
]

describe('a process map', () => {
  it('goes down from the beginning, the end below everything, loops notwithstanding', () => {
    const at = Object.fromEntries(layout(ways).map(({ step, x, y }) => [step, [x, y]]))
    expect(at).toEqual({
      begin: [0, 0],
      submitted: [0, 1],
      accepted: [0, 2],
      returned: [-1, 2],
      end: [0, 3],
    })
  })

  it('of nothing is nothing but its beginning', () => {
    expect(layout([])).toEqual([{ step: 'begin', x: 0, y: 0 }])
  })

  it('shows the ways that were travelled most', () => {
    expect(busiest(ways, 2).map((one) => one.count)).toEqual([9, 7])
  })
})
