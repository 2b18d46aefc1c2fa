/**
 * Query passwords that were told or typed in this tab, by the number that each opens: kept until the tab is closed or its
 * user signs out, so that a reload asks for none again and no address carries one.
 */
import { ask, intake } from './api'

const PASSWORDS = 'yimen.query-passwords'

const all = (): Record<string, string> =>
  JSON.parse(sessionStorage.getItem(PASSWORDS) ?? '{}') as Record<string, string>

const keep = (passwords: Record<string, string>): void => sessionStorage.setItem(PASSWORDS, JSON.stringify(passwords))

export const heldPassword = (number: string): string => all()[number] ?? ''

export const holdPassword = (number: string, password: string): void => keep({ ...all(), [number]: password })

export const letPasswordGo = (number: string): void =>
  keep(Object.fromEntries(Object.entries(all()).filter(([one]) => one !== number)))

/** Travels in a header: what is no plain letter or digit cannot be one, and is told before it is sent. */
export const canBePassword = (typed: string): boolean => /^[\x21-\x7e]{1,80}$/.test(typed.trim())

/** How a case stands, for whoever has its number and password. Held under the number as the hall writes it. Throws Problem. */
export async function openCase(number: string, password: string) {
  const params = { path: { case_number: number }, header: { 'query-password': password } }
  const progress = await ask(intake.GET('/progress/{case_number}', { params }))
  holdPassword(progress.case_number, password)
  return progress
}
