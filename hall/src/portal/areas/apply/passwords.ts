/** What the hall answered to an application, until the tab closes or somebody signs out. */
import type { components } from '@/generated/intake'
import { holdPassword } from '@/kit/held'

export type Registered = components['schemas']['Registered']

const registered = (number: string) => `yimen.registered.${number}`

/** The hall's answer to an application: it alone carries the password, so a reload must not lose it. */
export function keepRegistered(told: Registered): void {
  sessionStorage.setItem(registered(told.case_number), JSON.stringify(told))
  holdPassword(told.case_number, told.query_password)
}

export function registeredOf(number: string): Registered | undefined {
  const text = sessionStorage.getItem(registered(number))
  return text ? (JSON.parse(text) as Registered) : undefined
}
