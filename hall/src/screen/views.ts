/** What the display's two halves show, page by page. */
import type { Shown } from './board'
import { slices } from './turning'

export type View =
  | { kind: 'ranking'; month: string; rows: NonNullable<Shown['board']['ranking']>['items'] }
  | { kind: 'announcement'; title: string; body: string }
  | { kind: 'results'; rows: Shown['results'] }

/** How many lines a page has room for; English names of departments take two. */
export const rowsIn = (language: string): number => (language === 'zh' ? 6 : 4)
const RESULTS = 6

/** Announcements first, each a page of its own; then the ranking; then what was decided. */
export function viewsOf({ board, announcements, results }: Shown, language: string): View[] {
  const { ranking } = board
  const ranked = slices(ranking?.items ?? [], rowsIn(language)).map((rows): View => ({
    kind: 'ranking',
    month: ranking!.month,
    rows,
  }))
  return [
    ...announcements.map(({ title, body }): View => ({ kind: 'announcement', title, body })),
    ...ranked,
    ...slices(results, RESULTS).map((rows): View => ({ kind: 'results', rows })),
  ]
}
