/** What narrows a list stands in the address, so that reload, back and a shared link show the same. */
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export function useQuery() {
  const route = useRoute()
  const router = useRouter()

  const read = (name: string): string | undefined => {
    const found = route.query[name]
    return typeof found === 'string' && found ? found : undefined
  }
  /** Takes off what is empty; keeps what is not named. */
  const change = (wanted: Record<string, string | undefined>) => {
    const query = Object.fromEntries(Object.entries({ ...route.query, ...wanted }).filter(([, value]) => value))
    return router.push({ query })
  }
  const field = (name: string): WritableComputedRef<string> =>
    computed({ get: () => read(name) ?? '', set: (value) => void change({ [name]: value || undefined }) })

  return { read, change, field }
}

/** One of the words that the service knows; nothing where the address says another. */
export function oneOf<Word extends string>(words: readonly Word[], found: string | undefined): Word | undefined {
  return words.find((word) => word === found)
}

/** A page of a list that is continued after its last entry: another may follow where this one is full. */
export function pageOf<T>(items: T[], limit: number, key: (last: T) => string): { items: T[]; next?: string } {
  const last = items.at(-1)
  return { items, next: last && items.length === limit ? key(last) : undefined }
}
