import { describe, expect, it } from 'vitest'
import { codeOf, isCode, reckoning, refundable, relievable, type Line, type Payment } from './payment'

const t = (key: string, named: Record<string, unknown> = {}) => [key, ...Object.values(named)].join(' ')
const line: Line = {
  name: '登记费',
  unit: '件',
  calculator: 'piece',
  quantity: 2,
  price: 8000,
  rate: null,
  base: null,
  area: null,
  half_rate: false,
  amount: 16000,
  standard_version: 1,
  basis: '发改价格〔2016〕2559号',
}

describe('a payment code', () => {
  const code = '2345678923456789ABCD'
  it('may be typed in groups and small letters', () => {
    expect(codeOf(' 2345 6789 2345 6789 abcd')).toBe(code)
    expect(isCode('2345 6789 2345 6789 abcd')).toBe(true)
  })
  it('has twenty characters, none of which is mistaken for another', () => {
    expect(isCode(code.slice(1))).toBe(false)
    expect(isCode(code.replace('A', 'O'))).toBe(false)
  })
})

describe('reckoning', () => {
  it('multiplies pieces', () => expect(reckoning(line, t)).toBe('pay.ofPieces 80.00 件 2'))
  it('takes a share of a base', () =>
    expect(reckoning({ ...line, calculator: 'percentage', rate: 20, base: 1_000_000 }, t)).toBe(
      'pay.ofBase 10,000.00 0.2',
    ))
  it('says that it is halved', () => expect(reckoning({ ...line, half_rate: true }, t)).toContain('pay.halved'))
})

describe('what may be asked for', () => {
  const payment = { state: 'issued', payable: true, kind: 'fees', refunds: [], reliefs: [] } as unknown as Payment
  const relief = { state: 'reviewed' } as Payment['reliefs'][number]
  const refund = { state: 'refused' } as Payment['refunds'][number]

  it('is a relief while it is owed, one at a time', () => {
    expect(relievable(payment)).toBe(true)
    expect(relievable({ ...payment, reliefs: [relief] })).toBe(false)
    expect(relievable({ ...payment, reliefs: [{ ...relief, state: 'refused' }] })).toBe(true)
    expect(relievable({ ...payment, kind: 'late_fee' })).toBe(false)
  })
  it('is a refund once it is paid, and again after a refusal', () => {
    expect(refundable(payment)).toBe(false)
    expect(refundable({ ...payment, state: 'receipted', refunds: [refund] })).toBe(true)
    expect(refundable({ ...payment, state: 'receipted', refunds: [{ ...refund, state: 'sent' }] })).toBe(false)
  })
})
