/** Filters as the supervisor's lists are asked with them. */

/** A filter as the services take it: absent where nothing is chosen. */
export const chosen = <T extends string>(value: string): T | undefined => (value ? (value as T) : undefined)

/** yes / no / nothing chosen. */
export const flag = (value: string): boolean | undefined => (value ? value === 'yes' : undefined)
