/** A payment as its payer reads it: how an amount came about, and what may be asked for now. */
import { fees, see } from '@/kit/api'
import { yuan } from '@/kit/format'
import type { components } from '@/generated/fees'

export type Payment = components['schemas']['PaymentView']
export type Charge = components['schemas']['Charge']
export type Line = components['schemas']['ChargeLine']

/** As vue-i18n's t. */
type Say = (key: string, named?: Record<string, unknown>) => string

export const readPayment = (code: string) =>
  see(fees.GET('/payments/{payment_code}', { params: { path: { payment_code: code } } }))

/** As printed, spaces and small letters allowed: 20 characters, the same that the hall reads. */
export const codeOf = (typed: string): string => typed.replace(/\s/g, '').toUpperCase()
export const isCode = (typed: string): boolean => /^[2-9A-HJ-NP-Z]{20}$/.test(codeOf(typed))

/** price × quantity, or the share of what the fee is charged on, as one could reckon it oneself. */
export function reckoning(line: Line, t: Say): string {
  const words = {
    percentage: () => t('pay.ofBase', { base: yuan(line.base ?? 0), share: (line.rate ?? 0) / 100 }),
    area: () => t('pay.ofArea', { price: yuan(line.price), unit: line.unit, area: line.area ?? 0 }),
    piece: () => t('pay.ofPieces', { price: yuan(line.price), unit: line.unit, quantity: line.quantity }),
  }[line.calculator]()
  return line.half_rate ? words + t('pay.halved') : words
}

export const PAID = ['paid', 'receipted', 'remitted']
const ASKED_BACK = ['requested', 'verified', 'approved', 'sent', 'failed']
const PENDING_RELIEF = ['requested', 'reviewed', 'approved']

/** Who paid may ask for it back, once at a time. */
export const refundable = (payment: Payment): boolean =>
  PAID.includes(payment.state) && !payment.refunds.some((one) => ASKED_BACK.includes(one.state))

/** Only what is still owed by a notice of fees can be reduced or put off, and one application is handled at a time. */
export const relievable = (payment: Payment): boolean =>
  payment.payable && payment.kind === 'fees' && !payment.reliefs.some((one) => PENDING_RELIEF.includes(one.state))
