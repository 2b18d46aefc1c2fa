import { expect, it } from 'vitest'
import { peopleOf } from './people'

it('reads a number and a name from each line', () => {
  expect(peopleOf('clerk-market 冯雅琴\n\n clerk-health， 邓婉婷 ')).toEqual([
    { id: 'clerk-market', name: '冯雅琴' },
    { id: 'clerk-health', name: '邓婉婷' },
  ])
  expect(peopleOf('')).toEqual([])
})

it('takes no line without a name', () => {
  expect(peopleOf('clerk-market')).toBeUndefined()
})
