/** A line of a department's list beside the published standard: what is asked, and how it stands to the standard. */
import type { FeeLine, FeeList } from './types'

/** `fits`: the standard gives an amount. `unlisted`: no such standard. `misfit`: there is one, and the line does not fit it. */
export type Finding = 'fits' | 'unlisted' | 'misfit'

export function findingOf(line: Pick<FeeLine, 'name' | 'amount'>): Finding {
  if (line.name === null) return 'unlisted'
  return line.amount === null ? 'misfit' : 'fits'
}

/** What the list comes to by the standard; nothing where a line of it cannot be reckoned. */
export function sumOf(list: Pick<FeeList, 'lines' | 'amount'>): number | null {
  if (list.amount !== null) return list.amount
  const amounts = list.lines.map(({ amount }) => amount)
  return amounts.some((amount) => amount === null) ? null : amounts.reduce<number>((sum, one) => sum + one!, 0)
}

export const differing = (list: Pick<FeeList, 'lines'>): number =>
  list.lines.filter((line) => findingOf(line) !== 'fits').length
