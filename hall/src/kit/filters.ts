/** What narrows a list, or is chosen on a page, stands in its address: a reload, the way back and a sent link show the same. */
import { computed, reactive, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export type Query = Record<string, string | undefined>

/** One thing that a list can be narrowed by; `name` stands in the address. */
export interface Filter {
  name: string
  label: string
  /** To choose from; none where it is typed. An empty value is everything. */
  options?: { value: string; label: string }[]
  /** What is typed: a day, where nothing is said. */
  type?: 'date' | 'month' | 'text'
  /** What holds while the address says nothing. */
  usual?: string
}

/** Without what is empty. */
export const filled = (query: Query): Record<string, string> =>
  Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1])))

export function useQuery() {
  const route = useRoute()
  const router = useRouter()

  /** undefined where the address does not say. */
  const asked = (name: string): string | undefined => {
    const value = route.query[name]
    return typeof value === 'string' && value ? value : undefined
  }
  /** Takes off what is empty; keeps what is not named. */
  const change = (changes: Query): void => {
    const before = Object.fromEntries(Object.keys(route.query).map((name) => [name, asked(name)]))
    void router.replace({ query: filled({ ...before, ...changes }) })
  }
  const clear = (): void => void router.replace({ query: {} })
  /** For v-model. */
  const field = (name: string): WritableComputedRef<string> =>
    computed({ get: () => asked(name) ?? '', set: (value) => change({ [name]: value }) })
  /** Several of them: `fields.level` reads and writes ?level=. */
  const fields = <Name extends string>(...names: Name[]): Record<Name, string> =>
    reactive(Object.fromEntries(names.map((name) => [name, field(name)]))) as unknown as Record<Name, string>

  return { asked, change, clear, field, fields }
}
