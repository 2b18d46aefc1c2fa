/** Points are kept as whole tenths or hundredths: 935 → 93.5. */
export const tenths = (points: number): string => (points / 10).toFixed(1)
export const signedTenths = (points: number): string => `${points > 0 ? '+' : ''}${tenths(points)}`
export const hundredths = (points: number | null): string => (points === null ? '—' : (points / 100).toFixed(2))

/** 2026-03 one month on or back. */
export function monthAfter(month: string, months: number): string {
  const at = new Date(`${month}-15T00:00:00Z`)
  at.setUTCMonth(at.getUTCMonth() + months)
  return at.toISOString().slice(0, 7)
}

/** 2026-03 → 2026-Q1 */
export const quarterOf = (month: string): string => `${month.slice(0, 4)}-Q${Math.ceil(Number(month.slice(5)) / 3)}`

/** The quarter before: 2026-Q1 → 2025-Q4 */
export function quarterBefore(quarter: string): string {
  const [year, number] = [Number(quarter.slice(0, 4)), Number(quarter.slice(6))]
  return number === 1 ? `${year - 1}-Q4` : `${year}-Q${number - 1}`
}
