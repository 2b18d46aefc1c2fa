/** Ways from a number to the list of cases behind it. */
import { filled, type Query } from '@/kit/filters'

export const casesBehind = (query: Query): string => `/watch/cases?${new URLSearchParams(filled(query))}`

/** The same, as the statistics tell it: /cases?accepted_from=… */
export const casesTold = (behind: string | undefined): string => `/watch${behind ?? '/cases'}`
