/** What the display's two halves show, page by page. */
import type { Shown } from './board'
import { slices } from './turning'

export type View =
  | { kind: 'ranking'; month: string; rows: NonNullable<Shown['board']['ranking']>['items'] }
  | { kind: 'announcement'; title: string; body: string }
  | { kind: 'results'; rows: Shown['results'] }

export const ROWS = 6

/** Announcements first, each a page of its own; then the ranking; then what was decided. */
export function viewsOf({ board, announcements, results }: Shown): View[] {
  const { ranking } = board
  const ranked = slices(ranking?.items ?? [], ROWS).map((rows): View => ({
    kind: 'ranking',
    month: ranking!.month,
    rows,
  }))
  return [
    ...announcements.map(({ title, body }): View => ({ kind: 'announcement', title, body })),
    ...ranked,
    ...slices(results, ROWS).map((rows): View => ({ kind: 'results', rows })),
  ]
}
