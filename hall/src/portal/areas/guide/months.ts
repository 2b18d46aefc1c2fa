/** Months as 2026-11, and the figures told of one. */
import type { components } from '@/generated/monitor'

/** `month` and those before it, the newest first. */
export function monthsBefore(month: string, many: number): string[] {
  const [year, number] = month.split('-').map(Number)
  if (!year || !number) return []
  return Array.from({ length: many }, (_, back) => {
    const months = year * 12 + number - 1 - back
    return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`
  })
}

export function lastDayOf(month: string): string {
  const [year, number] = month.split('-').map(Number)
  return `${month}-${new Date(Date.UTC(year!, number!, 0)).getUTCDate()}`
}

/** Ten-thousandths as a percentage; a dash where there was nothing to share. */
export const shareOf = (share: components['schemas']['Share']): string =>
  share.per_ten_thousand === null ? '—' : `${share.per_ten_thousand / 100}%`

export const starsOf = (mean: components['schemas']['Mean']): string =>
  mean.hundredths === null ? '—' : (mean.hundredths / 100).toFixed(2)
