/**
 * Query passwords that were typed in this tab, by the number that each opens: kept until the tab is closed or its user
 * signs out, so that a reload asks for none again and no address carries one.
 */
const slot = (number: string) => `yimen.password.${number}`

export const holdPassword = (number: string, password: string): void => sessionStorage.setItem(slot(number), password)

export const heldPassword = (number: string): string | undefined => sessionStorage.getItem(slot(number)) ?? undefined

export const letPasswordGo = (number: string): void => sessionStorage.removeItem(slot(number))

/** Travels in a header: what is no plain letter or digit cannot be one, and is told before it is sent. */
export const canBePassword = (typed: string): boolean => /^[\x21-\x7e]{1,80}$/.test(typed.trim())
