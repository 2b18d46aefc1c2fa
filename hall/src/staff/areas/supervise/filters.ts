/** What a list is narrowed to stands in its address, so that reload, back and a shared link show the same. */
import { reactive } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** `filters.level` reads and writes ?level=; an empty one is not in the address. */
export function useFilters<Name extends string>(...names: Name[]): Record<Name, string> {
  const route = useRoute()
  const router = useRouter()
  const filters = {} as Record<Name, string>
  for (const name of names) {
    Object.defineProperty(filters, name, {
      enumerable: true,
      get: () => String(route.query[name] ?? ''),
      set: (value: string) => void router.replace({ query: { ...route.query, [name]: value || undefined } }),
    })
  }
  return reactive(filters) as Record<Name, string>
}

/** A filter as the services take it: absent where nothing is chosen. */
export const chosen = <T extends string>(value: string): T | undefined => (value ? (value as T) : undefined)

/** yes / no / nothing chosen. */
export const flag = (value: string): boolean | undefined => (value ? value === 'yes' : undefined)
