/**
 * Sending what somebody filled in. Guarantees: what was typed survives a refusal, a reload and a new sign-in, until the
 * hall has taken it; a second click, a retry or a lost answer sends the same thing under the same Idempotency-Key.
 */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { asProblem, newKey, type Problem } from './api'

export interface Mistake {
  /** Path of the field: applicant.id_number. Empty where it is the whole that is wrong. */
  field: string
  message: string
}

export interface Form<Values extends object> {
  values: Values
  readonly sending: boolean
  readonly problem: Problem | undefined
  readonly mistakes: Mistake[]
  /** Counts refused attempts: the error summary takes the focus each time it changes. */
  readonly refused: number
  submit: () => Promise<boolean>
  /** Takes the last refusal off the page, and keeps what was typed. */
  calm: () => void
  reset: () => void
}

interface Options<Values extends object, Result> {
  initial: () => Values
  /** Name under which the unfinished form is kept in this tab; none for a form of one word. */
  keep?: string
  /** What is plainly wrong before it is sent: field path to message. */
  check?: (values: Values) => Record<string, string>
  send: (values: Values, key: string) => Promise<Result>
  done: (result: Result) => void | Promise<void>
}

const slot = (name: string) => `yimen.form.${name}`

interface Kept<Values> {
  values: Values
  key: string
  /** What was sent under the key, if it was sent already. */
  sent: string
}

function kept<Values>(name: string | undefined): Kept<Values> | undefined {
  const text = name && sessionStorage.getItem(slot(name))
  return text ? (JSON.parse(text) as Kept<Values>) : undefined
}

export function useForm<Values extends object, Result>(options: Options<Values, Result>): Form<Values> {
  const before = kept<Values>(options.keep)
  const values = reactive<object>({ ...options.initial(), ...before?.values }) as Values
  let key = before?.key ?? newKey()
  let sent = before?.sent ?? ''
  const sending = ref(false)
  const problem = shallowRef<Problem>()
  const own = ref<Record<string, string>>({})
  const refused = ref(0)

  function save(): void {
    if (options.keep) sessionStorage.setItem(slot(options.keep), JSON.stringify({ values, key, sent }))
  }
  if (options.keep) watch(values, save, { deep: true })

  /** Another content is another intention: it needs another key. The same content keeps its own, across a reload too. */
  function keyFor(content: string): string {
    if (sent && sent !== content) key = newKey()
    sent = content
    save()
    return key
  }

  async function submit(): Promise<boolean> {
    if (sending.value) return false
    problem.value = undefined
    own.value = options.check?.(values) ?? {}
    if (Object.keys(own.value).length) {
      refused.value++
      return false
    }
    sending.value = true
    try {
      const result = await options.send(values, keyFor(JSON.stringify(values)))
      forget()
      await options.done(result)
      return true
    } catch (failure) {
      problem.value = asProblem(failure)
      refused.value++
      return false
    } finally {
      sending.value = false
    }
  }

  function forget(): void {
    if (options.keep) sessionStorage.removeItem(slot(options.keep))
    key = newKey()
    sent = ''
  }

  function calm(): void {
    own.value = {}
    problem.value = undefined
  }

  function reset(): void {
    Object.assign(values, options.initial())
    calm()
    forget()
  }

  const mistakes = computed<Mistake[]>(() => [
    ...Object.entries(own.value).map(([field, message]) => ({ field, message })),
    ...(problem.value?.document.errors ?? []).map(({ pointer, message }) => ({ field: fieldOf(pointer), message })),
  ])

  return reactive({ values, sending, problem, mistakes, refused, submit, calm, reset }) as unknown as Form<Values>
}

/** JSON Pointer (RFC 6901) as a path with dots: /applicant/id_number → applicant.id_number. */
export const fieldOf = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((word) => word.replace(/~1/g, '/').replace(/~0/g, '~'))
    .join('.')

/** A single act without a form, such as signing for a review: its key, its wait, its problem. */
export function useAct<Result>(act: (key: string) => Promise<Result>, done: (result: Result) => void | Promise<void>) {
  return useForm<object, Result>({ initial: () => ({}), send: (_values, key) => act(key), done })
}
