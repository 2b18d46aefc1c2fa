/** The queue of one or several departments: read side by side, sifted by what is asked for in the address. */
import type { components } from '@/generated/approval'
import { approval, ask } from '@/kit/api'
import type { Page } from '@/kit/seeing'

export type Line = components['schemas']['ReviewSummary']
export type State = components['schemas']['Status']

export const OPEN_SIFTS = ['open', 'requested', 'mine', 'in_review', 'paused', 'upward'] as const
export const OVER_SIFTS = ['decided', 'deemed_consented', 'cancelled'] as const
/** `all`: whatever its state, as whoever asks for one case wants it. */
export const SIFTS = [...OPEN_SIFTS, ...OVER_SIFTS, 'all'] as const
export type Sift = (typeof SIFTS)[number]

export const isOver = (sift: Sift): boolean => (OVER_SIFTS as readonly Sift[]).includes(sift)
export const siftOf = (asked: unknown, caseNumber = ''): Sift =>
  SIFTS.find((one) => one === asked) ?? (caseNumber ? 'all' : 'open')

/** What the service is asked for; the rest is sifted here. */
export const stateOf = (sift: Sift): State | 'open' | undefined =>
  sift === 'all' ? undefined : isOver(sift) ? (sift as State) : 'open'

export function belongs(line: Line, sift: Sift, me: string): boolean {
  if (sift === 'open' || sift === 'all') return true
  if (sift === 'mine') return line.assignee_id === me
  if (sift === 'upward') return line.state === 'forwarded' || line.state === 'awaiting_superior'
  return line.state === sift
}

type Cursors = Record<string, string | null>
interface QueuePage {
  items: Line[]
  next: string | null
}

/** One page of each department, side by side; where each ended is in the cursor. */
export async function sideBySide(
  departments: string[],
  cursor: string | undefined,
  read: (department: string, after: string | undefined) => Promise<QueuePage>,
): Promise<Page<Line>> {
  const start = (): Cursors => Object.fromEntries(departments.map((code) => [code, null]))
  const places = cursor ? (JSON.parse(cursor) as Cursors) : start()
  const pages = await Promise.all(
    Object.entries(places).map(async ([code, after]) => [code, await read(code, after ?? undefined)] as const),
  )
  const left = pages.filter(([, page]) => page.next).map(([department, page]) => [department, page.next])
  return {
    items: pages.flatMap(([, page]) => page.items),
    next: left.length ? JSON.stringify(Object.fromEntries(left)) : null,
  }
}

export const readQueue =
  (state: State | 'open' | undefined, case_number: string | undefined) =>
  (department: string, after: string | undefined) => {
    const params = { path: { department }, query: { state, case_number, after, limit: 100 } }
    return ask(approval.GET('/departments/{department}/reviews', { params }))
  }

/** Requests for more time that the caller may answer. */
export function readRequests(department: string, after: string | undefined) {
  const params = { path: { department }, query: { after } }
  return ask(approval.GET('/departments/{department}/extension-requests', { params }))
}

/** Worst first: what is over its limit, then what ends next; a clock that stands comes last. */
export function inOrder(lines: Line[]): Line[] {
  const rank = (line: Line) => line.days_left ?? Number.MAX_SAFE_INTEGER
  return [...lines].sort((a, b) => rank(a) - rank(b) || a.requested_at.localeCompare(b.requested_at))
}

/** How pressing it is, by working days left. */
export function pressing(line: Pick<Line, 'days_left' | 'paused_since'>): 'red' | 'yellow' | 'green' | 'blue' | null {
  if (line.days_left === null) return null
  if (line.paused_since) return 'blue'
  if (line.days_left < 0) return 'red'
  return line.days_left <= 1 ? 'yellow' : 'green'
}
