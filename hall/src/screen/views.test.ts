import { describe, expect, it } from 'vitest'
import type { Shown } from './board'
import { viewsOf } from './views'

const places = Array.from({ length: 7 }, (_, n) => ({
  rank: n + 1,
  department: `d${n}`,
  department_name: '',
  tenths: 1000,
}))
const shown = (ranking: object | null) =>
  ({
    board: { ranking },
    announcements: [{ title: 'a', body: 'b' }],
    results: Array.from({ length: 8 }, () => ({})),
  }) as unknown as Shown

describe('what the display shows in turn', () => {
  it('is announcements, the ranking and results, as many lines a page as have room', () => {
    const views = viewsOf(shown({ month: '2026-03', items: places }), 'zh')
    expect(views.map((view) => [view.kind, 'rows' in view ? view.rows.length : 0])).toEqual([
      ['announcement', 0],
      ['ranking', 6],
      ['ranking', 1],
      ['results', 6],
      ['results', 2],
    ])
    expect(
      viewsOf(shown({ month: '2026-03', items: places }), 'en').filter((view) => view.kind === 'ranking').length,
    ).toBe(2)
  })

  it('has no ranking before one is published', () => {
    expect(viewsOf(shown(null), 'zh').some((view) => view.kind === 'ranking')).toBe(false)
  })
})
