/** Reading what the hall knows: one thing, or a list by pages. Both say whether they are at it, and why not. */
import { reactive, ref, shallowRef, watch } from 'vue'
import { asProblem, type Problem, type Seen } from './api'

export interface One<T> {
  readonly value: T | undefined
  /** For If-Match. */
  readonly version: string
  readonly problem: Problem | undefined
  readonly loading: boolean
  reload: () => Promise<void>
  /** What a transition answered takes the place of what was read. */
  take: (seen: Seen<T>) => void
}

/** Reads at once, and again when `sources` (getters of refs and props that `read` uses) change. */
export function useOne<T>(read: () => Promise<Seen<T>>, ...sources: (() => unknown)[]): One<T> {
  const value = shallowRef<T>()
  const version = ref('')
  const problem = shallowRef<Problem>()
  const loading = ref(false)
  let latest = 0

  function take(seen: Seen<T>): void {
    value.value = seen.value
    version.value = seen.version
    problem.value = undefined
  }

  async function reload(): Promise<void> {
    const mine = ++latest
    loading.value = true
    try {
      const seen = await read()
      if (mine === latest) take(seen)
    } catch (failure) {
      if (mine === latest) problem.value = asProblem(failure)
    } finally {
      if (mine === latest) loading.value = false
    }
  }

  watch(sources, reload, { immediate: true })
  return reactive({ value, version, problem, loading, reload, take }) as unknown as One<T>
}

export interface Page<T> {
  items: T[]
  next?: string | null
}

export interface Pages<T> {
  readonly items: T[]
  readonly more: boolean
  readonly problem: Problem | undefined
  readonly loading: boolean
  /** Whether the first page was read. */
  readonly read: boolean
  reload: () => Promise<void>
  readMore: () => Promise<void>
}

/** `read` takes the cursor of the page wanted, undefined for the first. */
export function usePages<T>(
  readPage: (cursor: string | undefined) => Promise<Page<T>>,
  ...sources: (() => unknown)[]
): Pages<T> {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>()
  const more = ref(false)
  const problem = shallowRef<Problem>()
  const loading = ref(false)
  const read = ref(false)
  let latest = 0

  async function take(cursor: string | undefined): Promise<void> {
    const mine = ++latest
    loading.value = true
    try {
      const page = await readPage(cursor)
      if (mine !== latest) return
      items.value = cursor === undefined ? page.items : [...items.value, ...page.items]
      next.value = page.next
      more.value = Boolean(page.next)
      problem.value = undefined
      read.value = true
    } catch (failure) {
      if (mine === latest) problem.value = asProblem(failure)
    } finally {
      if (mine === latest) loading.value = false
    }
  }

  const reload = () => take(undefined)
  watch(sources, reload, { immediate: true })
  const readMore = () => take(next.value ?? undefined)
  return reactive({ items, more, problem, loading, read, reload, readMore }) as unknown as Pages<T>
}
