/**
 * Who is at the screen: OpenID Connect, authorization code with PKCE (RFC 7636).
 * A session ends with the tab, as a machine in a hall is used by many; a second tab asks the first for it.
 */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { settings } from './settings'

export interface Person {
  id: string
  name: string
  roles: string[]
  departments: string[]
}

interface Kept {
  token: string
  person: Person
  ends: number
}

const KEPT = 'yimen.session'
const PENDING = 'yimen.sign-in'
const ANSWER_MS = 120

function remembered(): Kept | undefined {
  const text = sessionStorage.getItem(KEPT)
  const kept = text ? (JSON.parse(text) as Kept) : undefined
  return kept && kept.ends > Date.now() ? kept : undefined
}

const others = 'BroadcastChannel' in window ? new BroadcastChannel('yimen.session') : undefined

export const useSession = defineStore('session', () => {
  const kept = ref(remembered())
  const lapsed = ref(false)
  const person = computed(() => kept.value?.person)
  const token = computed(() => (kept.value && kept.value.ends > Date.now() ? kept.value.token : undefined))

  function keep(found: Kept): void {
    sessionStorage.setItem(KEPT, JSON.stringify(found))
    kept.value = found
    lapsed.value = false
  }

  function forget(): void {
    sessionStorage.removeItem(KEPT)
    kept.value = undefined
  }

  others?.addEventListener('message', ({ data }) => {
    if (data === 'who' && kept.value) others.postMessage({ ...kept.value, person: { ...kept.value.person } })
    else if (data === 'signed out') forget()
    else if (data?.token && !kept.value) keep(data as Kept)
  })

  /** Resolves when other tabs had time to answer. */
  async function askOtherTabs(): Promise<void> {
    if (kept.value || !others) return
    others.postMessage('who')
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS))
  }

  /** Leaves the page for the identity provider, and comes back to `returnTo`. */
  async function signIn(returnTo: string): Promise<void> {
    const { begin } = await import('./oidc')
    const { address, pending } = await begin(await settings(), returnTo)
    sessionStorage.setItem(PENDING, JSON.stringify(pending))
    window.location.assign(address)
  }

  /** On the page that the provider sends back to. Resolves to where the user wanted to be. Throws what the provider said. */
  async function finish(address: URL): Promise<string> {
    const pending = sessionStorage.getItem(PENDING)
    if (!pending) return '/'
    const { exchange } = await import('./oidc')
    const { returnTo, ...found } = await exchange(await settings(), JSON.parse(pending), address)
    sessionStorage.removeItem(PENDING)
    keep(found)
    return returnTo
  }

  /** Whoever comes next at this machine finds nothing of it: unfinished forms go too. */
  function signOut(): void {
    others?.postMessage('signed out')
    sessionStorage.clear()
    forget()
  }

  /** The hall no longer takes the token: the page stays as it is and asks to sign in again. */
  function lapse(): void {
    forget()
    lapsed.value = true
  }

  const has = (...roles: string[]): boolean => roles.some((role) => kept.value?.person.roles.includes(role))

  return { person, token, lapsed, askOtherTabs, signIn, finish, signOut, lapse, has }
})
