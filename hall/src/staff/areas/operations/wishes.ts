/** What a subscription is to hear, as it is typed: lines of codes; nothing typed is everything. */
import type { components } from '@/generated/notify'

type Subscription = components['schemas']['Subscription']

export interface Wishes {
  url: string
  departments: string[]
  entities: string
  items: string
  cases: string
  name: string
  contact: string
}

export function wishesOf(one: Subscription | undefined, departments: readonly string[]): Wishes {
  const lines = (codes: string[] | null | undefined) => (codes ?? []).join('\n')
  return {
    url: one?.url ?? '',
    departments: [...(one?.departments ?? departments)],
    entities: lines(one?.entities),
    items: lines(one?.items),
    cases: lines(one?.cases),
    name: one?.name ?? '',
    contact: one?.contact ?? '',
  }
}

export function codes(text: string): string[] | null {
  const found = text.split(/[\s,，、;；]+/).filter(Boolean)
  return found.length ? found : null
}

export const bodyOf = (wishes: Wishes) => ({
  url: wishes.url.trim(),
  departments: wishes.departments.length ? [...wishes.departments] : null,
  entities: codes(wishes.entities),
  items: codes(wishes.items),
  cases: codes(wishes.cases),
  name: wishes.name.trim() || null,
  contact: wishes.contact.trim() || null,
})
