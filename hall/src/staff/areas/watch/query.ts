/** What a page shows is said in its address: a reload, the way back and a sent link show the same. */
import { useRoute, useRouter } from 'vue-router'

export type Query = Record<string, string | undefined>

/** Without what is empty. */
export function filled(query: Query): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1])))
}

/** The list of cases behind a number. */
export const casesBehind = (query: Query): string => `/watch/cases?${new URLSearchParams(filled(query))}`

/** The same, as the statistics tell it: /cases?accepted_from=… */
export const casesTold = (behind: string | undefined): string => `/watch${behind ?? '/cases'}`

export function useQuery() {
  const route = useRoute()
  const router = useRouter()

  function asked(name: string): string | undefined {
    const value = route.query[name]
    return typeof value === 'string' && value ? value : undefined
  }

  function change(changes: Query): void {
    const names = Object.keys(route.query)
    const before = Object.fromEntries(names.map((name) => [name, asked(name)]))
    void router.replace({ query: filled({ ...before, ...changes }) })
  }

  return { asked, change, clear: () => void router.replace({ query: {} }) }
}
