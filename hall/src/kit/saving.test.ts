import { expect, test } from 'vitest'
import { nameOf } from './saving'

test('a file is kept under the name that the hall gives it', () => {
  const coded = encodeURIComponent('台账.csv')
  expect(nameOf(`attachment; filename="x.csv"; filename*=UTF-8''${coded}`)).toBe('台账.csv')
  expect(nameOf('attachment; filename="x.csv"')).toBeUndefined()
  expect(nameOf(null)).toBeUndefined()
})
