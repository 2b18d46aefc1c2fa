/** An act on the case that is shown: names the version that was seen, and shows the case as it stands afterwards. */
import { watch } from 'vue'
import type { Seen } from '@/kit/api'
import type { One } from '@/kit/seeing'
import { useForm, type Form } from '@/kit/sending'
import type { Line } from './checklist'
import type { CaseView } from './shapes'

/** What every act's dialog is given. */
export interface ActProps {
  source: One<CaseView>
  lines: Line[]
  primary?: boolean
}

interface Options<Values extends object> {
  initial: () => Values
  keep?: string
  check?: (values: Values) => Record<string, string>
  send: (values: Values, params: Params) => Promise<Seen<CaseView>>
}

interface Params {
  path: { case_number: string }
  header: { 'If-Match': string }
}

export function useCaseAct<Values extends object>(source: One<CaseView>, options: Options<Values>): Form<Values> {
  const number = source.value!.case_number
  const form = useForm<Values, Seen<CaseView>>({
    initial: options.initial,
    keep: options.keep && `window.${options.keep}.${number}`,
    check: options.check,
    send: (values) => options.send(values, { path: { case_number: number }, header: { 'If-Match': source.version } }),
    done: source.take,
  })
  // Somebody else was faster: what is shown now is theirs, and what was typed may be sent again.
  watch(
    () => form.problem?.stale,
    (stale) => stale && source.reload(),
  )
  return form
}
