import { expect, test } from 'vitest'
import { bodyOf, codes, wishesOf } from './wishes'

test('nothing typed is everything there is', () => {
  expect(bodyOf({ ...wishesOf(undefined, ['fire']), url: ' https://a.example/hook ' })).toEqual({
    url: 'https://a.example/hook',
    departments: ['fire'],
    entities: null,
    items: null,
    cases: null,
    name: null,
    contact: null,
  })
})

test('codes are told apart by lines, spaces and commas of both scripts', () => {
  expect(codes('case，review\n letter')).toEqual(['case', 'review', 'letter'])
  expect(codes(' \n')).toBeNull()
})
