import { expect, it } from 'vitest'
import { aboutPath } from './about'

it('finds the page of what a number names', () => {
  expect(aboutPath('c106d38470a45a52839eea55f72a10e5')).toBe('/alerts/c106d38470a45a52839eea55f72a10e5')
  expect(aboutPath('XC2026000003')).toBe('/inspections/XC2026000003')
  expect(aboutPath('DB2026000003')).toBe('/orders/DB2026000003')
})

it('knows no page for what it does not know', () => {
  expect(aboutPath('现场反映')).toBeUndefined()
})
