/** A step of what is shown, on the version that was seen: where somebody else was faster it is read again, and said. */
import { asProblem, type Seen } from '@/kit/api'
import type { One } from '@/kit/seeing'
import { useForm, type Form } from '@/kit/sending'

interface Step<Values extends object, T> {
  initial?: () => Values
  keep?: string
  check?: (values: Values) => Record<string, string>
  send: (values: Values, version: string) => Promise<Seen<T>>
  done?: () => unknown
}

export function useStep<Values extends object, T>(one: One<T>, step: Step<Values, T>): Form<Values> {
  return useForm<Values, Seen<T>>({
    initial: step.initial ?? (() => ({}) as Values),
    keep: step.keep,
    check: step.check,
    async send(values) {
      try {
        return await step.send(values, one.version)
      } catch (failure) {
        const { stale, status } = asProblem(failure)
        if (stale || status === 409) await one.reload()
        throw failure
      }
    },
    async done(seen) {
      one.take(seen)
      await step.done?.()
    },
  })
}
