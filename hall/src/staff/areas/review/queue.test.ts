import { describe, expect, it } from 'vitest'
import { belongs, inOrder, pressing, sideBySide, siftOf, stateOf, type Line } from './queue'

const line = (review_id: string, more: Partial<Line> = {}) =>
  ({ review_id, state: 'in_review', days_left: 5, paused_since: null, requested_at: '2026-03-02', ...more }) as Line

describe('the queue', () => {
  it('has what is most pressing first, and what no longer runs last', () => {
    const lines = [
      line('done', { days_left: null }),
      line('a'),
      line('late', { days_left: -2 }),
      line('b', { days_left: 1 }),
    ]
    expect(inOrder(lines).map((one) => one.review_id)).toEqual(['late', 'b', 'a', 'done'])
  })

  it('is sifted by state, and by whose it is', () => {
    const upward = [line('f', { state: 'forwarded' }), line('w', { state: 'awaiting_superior' }), line('r')]
    expect(upward.filter((one) => belongs(one, 'upward', 'me')).map((one) => one.review_id)).toEqual(['f', 'w'])
    expect(belongs(line('x', { assignee_id: 'me' }), 'mine', 'me')).toBe(true)
    expect(belongs(line('x', { assignee_id: 'you' }), 'mine', 'me')).toBe(false)
  })

  it('shows one case in whatever state, unless a state is asked for too', () => {
    expect([siftOf(undefined), siftOf(undefined, '4507'), siftOf('paused', '4507'), siftOf('nonsense')]).toEqual([
      'open',
      'all',
      'paused',
      'open',
    ])
    expect([stateOf('all'), stateOf('mine'), stateOf('decided')]).toEqual([undefined, 'open', 'decided'])
  })

  it('reads several departments on, each from where it ended', async () => {
    const asked: string[] = []
    const read = async (department: string, after: string | undefined) => {
      asked.push(`${department}:${after ?? ''}`)
      return { items: [line(department)], next: department === 'fire' && !after ? 'there' : null }
    }
    const first = await sideBySide(['fire', 'health'], undefined, read)
    expect(first.items).toHaveLength(2)
    const second = await sideBySide(['fire', 'health'], first.next!, read)
    expect(asked).toEqual(['fire:', 'health:', 'fire:there'])
    expect(second.next).toBeNull()
  })
})

it('tells how pressing a limit is', () => {
  const told = [-1, 0, 1, 2].map((days_left) => pressing({ days_left, paused_since: null }))
  expect(told).toEqual(['red', 'yellow', 'yellow', 'green'])
  expect(pressing({ days_left: -1, paused_since: '2026-03-02T01:00:00Z' })).toBe('blue')
  expect(pressing({ days_left: null, paused_since: null })).toBeNull()
})
