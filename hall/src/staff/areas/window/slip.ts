/** What the applicant takes home: number and password. Kept in the tab until the next applicant, as it is told only once. */
import { pieces, type Filled } from './applying'
import { asked } from './checklist'
import type { ItemView, Registered } from './shapes'

const KEPT = 'yimen.slip'

export interface Slip {
  registered: Registered
  item: string
  applicant: string
  clerk: string
  at: string
  materials: { code: string; name: string; originals: number; copies: number }[]
}

export function slipOf(registered: Registered, item: ItemView, filled: Filled, clerk: string): Slip {
  const brought = asked(item, filled.situations).filter(({ code }) => pieces(filled.counts[code]))
  return {
    registered,
    item: item.name,
    applicant: filled.applicant.name,
    clerk,
    at: registered.document.dated,
    materials: brought.map(({ code, name }) => {
      const { originals, copies } = filled.counts[code]!
      return { code, name, originals, copies }
    }),
  }
}

export const keepSlip = (slip: Slip): void => sessionStorage.setItem(KEPT, JSON.stringify(slip))

export const forgetSlip = (): void => sessionStorage.removeItem(KEPT)

export function keptSlip(number: string): Slip | undefined {
  const text = sessionStorage.getItem(KEPT)
  const slip = text ? (JSON.parse(text) as Slip) : undefined
  return slip?.registered.case_number === number ? slip : undefined
}
