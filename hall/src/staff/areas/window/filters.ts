/** What a list is narrowed by stands in its address: a reload, the way back and a copied link show the same list. */
import { computed, type ComputedRef } from 'vue'
import { useQuery } from '@/kit/filters'

export function useFilters<Name extends string>(usual: Record<Name, string>): ComputedRef<Record<Name, string>> {
  const { asked } = useQuery()
  const names = Object.keys(usual) as Name[]
  const read = () => Object.fromEntries(names.map((name) => [name, asked(name) ?? usual[name]]))
  return computed(() => read() as Record<Name, string>)
}

/** As a parameter of a request: an empty one is none. */
export const given = <T extends string = string>(value: string): T | undefined => (value ? (value as T) : undefined)
