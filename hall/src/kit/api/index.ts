/** The five services, typed by their committed OpenAPI documents. `ask` for a value, `see` for a value and its version. */
import createClient, { type Middleware } from 'openapi-fetch'
import type { paths as ApprovalPaths } from '@/generated/approval'
import type { paths as FeesPaths } from '@/generated/fees'
import type { paths as IntakePaths } from '@/generated/intake'
import type { paths as MonitorPaths } from '@/generated/monitor'
import type { paths as NotifyPaths } from '@/generated/notify'
import { useSession } from '../session'
import { newTrace, steadyFetch } from './network'
import { problemOf } from './problem'

export { newKey } from './network'
export { Offline, Problem, asProblem } from './problem'
export type { FieldError, ProblemDocument } from './problem'

const vouchedFor: Middleware = {
  onRequest({ request }) {
    request.headers.set('traceparent', newTrace())
    const token = useSession().token
    if (token) request.headers.set('Authorization', `Bearer ${token}`)
    return request
  },
  onResponse({ request, response }) {
    // A 401 without a challenge is about what was sent, such as a file whose signature is not the bank's.
    const challenged = response.status === 401 && response.headers.has('WWW-Authenticate')
    if (challenged && request.headers.has('Authorization')) useSession().lapse()
  },
}

function client<Paths extends object>(service: string) {
  const made = createClient<Paths>({ baseUrl: `/${service}`, fetch: steadyFetch })
  made.use(vouchedFor)
  return made
}

export const intake = client<IntakePaths>('intake')
export const approval = client<ApprovalPaths>('approval')
export const fees = client<FeesPaths>('fees')
export const monitor = client<MonitorPaths>('monitor')
export const notify = client<NotifyPaths>('notify')

/** What every service's operators have; approval has it once for each department's instance. */
type OperationsPaths = Pick<IntakePaths, Extract<keyof IntakePaths, `/operations/${string}`>>

/** `place`: intake, or approval/departments/fire. */
export const operationsAt = (place: string) => client<OperationsPaths>(place)

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** What was read, and the version that a change of it must name in If-Match. */
export interface Seen<T> {
  value: T
  version: string
}

/** Throws Problem. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await see(call)).value
}

/** Throws Problem. */
export async function see<T>(call: Promise<Answer<T>>): Promise<Seen<T>> {
  const { data, error, response } = await call
  if (!response.ok) throw problemOf(error, response.status)
  return { value: data as T, version: response.headers.get('ETag') ?? '' }
}
