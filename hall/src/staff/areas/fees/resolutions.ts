/** What may become of money in suspense: money that came pays a notice or goes back, money that is missed is set off. */
import type { Suspense } from './types'

export type Resolution = NonNullable<Suspense['resolution']>

export function resolutionsFor(amount: number): Resolution[] {
  if (amount > 0) return ['refund', 'notice']
  return amount < 0 ? ['offset'] : ['noted']
}
