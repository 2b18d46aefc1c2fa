import { describe, expect, it } from 'vitest'
import { urgency } from './limits'

describe('urgency', () => {
  it('is green while there is time, and yellow on the last day but one', () => {
    expect(urgency(3, false)).toEqual({ light: 'green', words: 'days', days: 3 })
    expect(urgency(1, false)).toEqual({ light: 'yellow', words: 'days', days: 1 })
  })

  it('says today on the last day', () => {
    expect(urgency(0, false)).toEqual({ light: 'yellow', words: 'today', days: 0 })
  })

  it('is red when late, also on a day off after the limit', () => {
    expect(urgency(-2, true)).toEqual({ light: 'red', words: 'late', days: 2 })
    expect(urgency(0, true)).toEqual({ light: 'red', words: 'lateToday', days: -0 })
  })

  it('is nothing where nothing is waited for', () => {
    expect(urgency(null, false)).toBeUndefined()
  })
})
