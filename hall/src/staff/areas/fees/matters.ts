/** What hangs on one notice: reductions, refunds, money in suspense, violations. A leader is not shown the suspense. */
import { ask, fees } from '@/kit/api'
import type { Refund, Relief, Suspense, Violation } from './types'

export interface Matters {
  reliefs: Relief[]
  refunds: Refund[]
  suspense: Suspense[]
  violations: Violation[]
}

export async function mattersOf(number: string, suspenseToo: boolean): Promise<Matters> {
  const params = { query: { notice_number: number, limit: 200 } }
  const [{ items }, { refunds }, { violations }, suspense] = await Promise.all([
    ask(fees.GET('/reliefs', { params })),
    ask(fees.GET('/refunds', { params })),
    ask(fees.GET('/violations', { params })),
    suspenseToo ? ask(fees.GET('/exceptions', { params })) : undefined,
  ])
  return { reliefs: items, refunds, violations, suspense: suspense?.exceptions ?? [] }
}
