import { expect, test } from 'vitest'
import { DEPARTMENTS } from '@/kit/departments'
import { isPlace, placeName, PLACES, quiet } from './places'

test('every department has its own instance of approval', () => {
  expect(PLACES).toHaveLength(4 + Object.keys(DEPARTMENTS).length)
  expect(isPlace('approval.fire')).toBe(true)
  expect(isPlace('approval.nobody')).toBe(false)
})

test('an instance goes by its department', () => {
  expect(placeName('approval.fire', 'zh', (key) => key)).toBe('operations.services.approval · 消防救援大队')
  expect(placeName('notify', 'en', (key) => key)).toBe('operations.services.notify')
})

test('quiet is where nothing waits', () => {
  const nothing = { place: 'fees', parked: 0, deferred: 0, jobs: 0, timers: 0 }
  expect(quiet(nothing)).toBe(true)
  expect(quiet({ ...nothing, timers: 1 })).toBe(false)
})
