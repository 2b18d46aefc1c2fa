import { describe, expect, it } from 'vitest'
import { amountOf, emptyLine, fenOf, lineOf, type Fee } from './fees'

const piece: Fee = { code: 'P', name: '登记费', unit: '件', price: 8000, basis: '标准' }
const share: Fee = { ...piece, price: 0, calculator: 'percentage', rate: 2000 }
const land: Fee = {
  ...piece,
  unit: '公顷',
  calculator: 'area',
  grades: [
    { code: 'low', name: '低', price: 100_000 },
    { code: 'high', name: '高', price: 300_000 },
  ],
}

describe('an amount by the published standard', () => {
  it('is the price so many times', () => {
    expect(amountOf(piece, lineOf(piece, { ...emptyLine('P'), quantity: 3 }))).toBe(24_000)
  })

  it('is a share of the base, exact where floating point is not', () => {
    const line = lineOf(share, { ...emptyLine('P'), base: '90,071,992,547.41' })
    expect(line.base).toBe(9007199254741)
    expect(amountOf(share, line)).toBe(1801439850948)
  })

  it('is the price of the grade for the area, rounded half up once', () => {
    const line = lineOf(land, { ...emptyLine('P'), area: '333', grade: 'high' })
    expect(amountOf(land, line)).toBe(9990)
    expect(amountOf(land, { ...line, area: 1, grade: 'low' })).toBe(10)
    expect(amountOf({ ...piece, price: 25 }, { code: 'P', quantity: 1, half_rate: true })).toBe(13)
  })

  it('is not there while something is missing, and half only where the standard says so', () => {
    expect(amountOf(share, lineOf(share, emptyLine('P')))).toBeUndefined()
    expect(amountOf(land, lineOf(land, { ...emptyLine('P'), area: '10' }))).toBeUndefined()
    expect(amountOf(piece, lineOf(piece, { ...emptyLine('P'), quantity: undefined }))).toBeUndefined()
    expect(lineOf(piece, { ...emptyLine('P'), half: true }).half_rate).toBe(false)
    expect(lineOf({ ...piece, half_rate_basis: '规定' }, { ...emptyLine('P'), half: true }).half_rate).toBe(true)
  })
})

it('reads yuan as typed', () => {
  expect(['80', '80.5', '1,200.05', ' 0.01 '].map(fenOf)).toEqual([8000, 8050, 120005, 1])
  expect(['', 'x', '1.234', '-1', '1e3'].map(fenOf)).toEqual(Array(5).fill(undefined))
})
