/** Query passwords that were told or typed in this tab, until it closes or somebody signs out. */
import type { components } from '@/generated/intake'

export type Registered = components['schemas']['Registered']

const PASSWORDS = 'yimen.query-passwords'
const registered = (number: string) => `yimen.registered.${number}`

const all = (): Record<string, string> =>
  JSON.parse(sessionStorage.getItem(PASSWORDS) ?? '{}') as Record<string, string>

export const passwordOf = (number: string): string => all()[number] ?? ''

export const keepPassword = (number: string, password: string): void =>
  sessionStorage.setItem(PASSWORDS, JSON.stringify({ ...all(), [number]: password }))

/** The hall's answer to an application: it alone carries the password, so a reload must not lose it. */
export function keepRegistered(told: Registered): void {
  sessionStorage.setItem(registered(told.case_number), JSON.stringify(told))
  keepPassword(told.case_number, told.query_password)
}

export function registeredOf(number: string): Registered | undefined {
  const text = sessionStorage.getItem(registered(number))
  return text ? (JSON.parse(text) as Registered) : undefined
}
