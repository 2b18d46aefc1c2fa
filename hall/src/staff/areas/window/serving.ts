/** The proof of service (送达回证): which fields each way asks for, as intake does. */
import type { components } from '@/generated/intake'

type ServiceBody = components['schemas']['ServiceBody']
export type Way = Exclude<ServiceBody['way'], 'electronic'>
export type Field = Exclude<keyof ServiceBody, 'way'>
export type Filled = Record<Field, string>

export const WAYS: readonly Way[] = ['pick_up', 'post', 'direct', 'left', 'public']

const NEEDED: Record<Way, Field[]> = {
  pick_up: ['receiver'],
  post: ['receiver', 'carrier', 'waybill', 'posted_on', 'received_on'],
  direct: ['receiver', 'place'],
  left: ['place', 'witness', 'remark'],
  public: ['place', 'posted_on', 'remark'],
}
const ALLOWED: Record<Way, Field[]> = {
  pick_up: ['place', 'remark'],
  post: ['place', 'remark'],
  direct: ['received_on', 'witness', 'remark'],
  left: ['receiver', 'received_on'],
  public: [],
}
const AS_POSTED: Field[] = ['carrier', 'waybill', 'posted_on']

export interface Shown {
  needed: Field[]
  optional: Field[]
}

/** `known`: the applicant and the agent, who need no explanation; `posted`: what was said when it was posted need not be said again. */
export function fieldsOf(way: Way, receiver: string, known: string[], posted: boolean): Shown {
  const said = way === 'post' && posted ? AS_POSTED : []
  const needed = NEEDED[way].filter((field) => !said.includes(field))
  const proxy: Field[] = asksForProxy(way, receiver, known) ? ['relation', 'proxy_reason'] : []
  return { needed: [...needed, ...proxy], optional: [...said, ...ALLOWED[way]] }
}

const asksForProxy = (way: Way, receiver: string, known: string[]) =>
  way !== 'public' && receiver.trim() !== '' && !known.includes(receiver.trim())

export function serviceBody(way: Way, filled: Filled, shown: Shown): ServiceBody {
  const given = [...shown.needed, ...shown.optional].filter((field) => filled[field].trim())
  return { way, ...Object.fromEntries(given.map((field) => [field, filled[field].trim()])) }
}
