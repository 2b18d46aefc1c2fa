import { describe, expect, it } from 'vitest'
import { differences, levelsOf, type Rulebook } from './rulebook'

function book(level: 'blue' | 'yellow', days: number): Rulebook {
  return {
    revision: { version: 1, reason: '', revised_by: null, effective_at: '2026-01-01T00:00:00Z' },
    alerts: [
      {
        code: 'stage',
        rule: 'R73',
        scope: 'stage',
        level,
        text: '阶段超时',
        answer_days: 3,
        enabled: true,
        charges: [],
      },
    ],
    findings: [],
    schemes: [],
    numbers: { order_answer_days: days },
  }
}

describe('two versions', () => {
  it('differ in what was changed, and in nothing else', () => {
    expect(differences(book('blue', 3), book('yellow', 5))).toEqual([
      { place: 'alerts', name: '阶段超时', field: 'level', before: 'blue', after: 'yellow' },
      { place: 'numbers', name: 'order_answer_days', field: 'number', before: '3', after: '5' },
    ])
    expect(differences(book('blue', 3), book('blue', 3))).toEqual([])
  })
})

describe('what the law holds fast', () => {
  it('is not made milder', () => {
    expect(levelsOf('statutory', 'red')).toEqual(['red'])
    expect(levelsOf('hearing', 'yellow')).toEqual(['yellow', 'red'])
    expect(levelsOf('stage', 'blue')).toEqual(['blue', 'yellow', 'red'])
  })
})
