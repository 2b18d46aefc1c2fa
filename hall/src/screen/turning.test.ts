import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref } from 'vue'
import { slices, useTurning } from './turning'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('pages that turn', () => {
  it('hold so many lines each', () => {
    expect(slices([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
    expect(slices([], 2)).toEqual([])
  })

  it('follow one another in a round, and stand while they are paused', () => {
    const [paused, scope] = [ref(false), effectScope()]
    const { page, turn } = scope.run(() =>
      useTurning(
        () => 3,
        10,
        () => paused.value,
      ),
    )!
    const seen = [0, 1, 2, 3].map(() => (vi.advanceTimersByTime(10_000), page.value))
    expect(seen).toEqual([1, 2, 0, 1])
    paused.value = true
    vi.advanceTimersByTime(60_000)
    expect(page.value).toBe(1)
    turn(-2)
    expect(page.value).toBe(2)
    scope.stop()
  })

  it('begin anew where there are fewer than before', () => {
    const [count, scope] = [ref(3), effectScope()]
    const { page, turn } = scope.run(() =>
      useTurning(
        () => count.value,
        10,
        () => false,
      ),
    )!
    turn(2)
    count.value = 1
    expect(page.value).toBe(0)
    count.value = 0
    expect(page.value).toBe(0)
    scope.stop()
  })
})
