/** What a list is narrowed by, in the address: a reload, the back button and a sent link show the same list. */
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** One word of the address's query; empty where it is absent. */
export function useFilter(name: string): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => String(route.query[name] ?? ''),
    set: (value) => void router.replace({ query: { ...route.query, [name]: value || undefined } }),
  })
}
