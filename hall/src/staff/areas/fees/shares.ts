/** A reduction's share: percent with two decimals as people type it, ten-thousandths as the service reckons it. */
export function shareOf(percent: string): number | null {
  const match = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(percent.trim().replace(/[%％]$/, ''))
  if (!match) return null
  const share = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return share >= 1 && share <= 10_000 ? share : null
}

export const percentOf = (share: number): string => `${share / 100}%`
