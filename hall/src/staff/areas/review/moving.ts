/** Acts on one thing under the eye: each on the version that is shown, and what it answers takes its place. */
import { reactive, type Reactive } from 'vue'
import { asProblem, type Seen } from '@/kit/api'
import type { One } from '@/kit/seeing'
import { useForm, type Form } from '@/kit/sending'

export interface Desk<T> {
  seen: One<T>
  /** Somebody else was faster: it was read again. */
  changed: boolean
}

export const useDesk = <T>(seen: One<T>): Reactive<Desk<T>> => reactive({ seen, changed: false }) as Reactive<Desk<T>>

interface Move<Values extends object, T> {
  initial: () => Values
  /** Name under which the unfinished form is kept in this tab. */
  keep?: string
  check?: (values: Values) => Record<string, string>
  move: (values: Values, version: string) => Promise<Seen<T>>
}

export function useMove<Values extends object, T>(desk: Desk<T>, options: Move<Values, T>): Form<Values> {
  const form: Form<Values> = useForm<Values, Seen<T>>({
    initial: options.initial,
    keep: options.keep,
    check: options.check,
    send: (values) => upToDate(desk, () => options.move(values, desk.seen.version)),
    done: (result) => {
      desk.changed = false
      desk.seen.take(result)
      form.reset()
    },
  })
  return form
}

/** What was refused because somebody else was faster is refused all the same, but on the page stands what is so now. */
export async function upToDate<T, Result>(desk: Desk<T>, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (failure) {
    if (asProblem(failure).stale) {
      await desk.seen.reload()
      desk.changed = true
    }
    throw failure
  }
}
