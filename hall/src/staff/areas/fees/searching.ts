/** What somebody typed into the one search field: a notice's number, a payment code, or a case number. */
export interface Sought {
  notice?: string
  payment_code?: string
  case_number?: string
}

const NOTICE = /^JK\d{10,}$/
const PAYMENT_CODE = /^[2-9A-HJ-NP-Z]{20}$/

export function soughtIn(text: string): Sought {
  const typed = text.replace(/[\s-]/g, '').toUpperCase()
  if (NOTICE.test(typed)) return { notice: typed }
  if (PAYMENT_CODE.test(typed) && !/^\d+$/.test(typed)) return { payment_code: typed }
  return { case_number: text.trim() }
}
