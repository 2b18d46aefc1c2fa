/** How a case stands, whether its applicant is signed in or somebody holds its number and query password. */
import type { components } from '@/generated/intake'
import { isoDay } from '@/kit/format'

type Schemas = components['schemas']
export type CaseView = Schemas['CaseView']
export type ProgressView = Schemas['ProgressView']
export type Status = Schemas['Status']
export type Paper = Schemas['Paper']
export type Notice = Schemas['NoticeView']
export type Requested = Schemas['RequestedMaterial']

export const UNDECIDED: readonly Status[] = ['submitted', 'correction_requested', 'accepted', 'reviewed']
export const OPEN: readonly Status[] = [...UNDECIDED, 'decided']

/** What both ways of asking tell. */
export interface Told {
  status: Status
  words: string
  next: string
  by: string | null
  provisional: boolean
}

export const toldOf = (view: CaseView | ProgressView): Told =>
  'status' in view
    ? { status: view.status, words: view.state, next: view.next, by: view.by, provisional: view.provisional }
    : { status: view.state, words: view.standing, next: view.next, by: view.by, provisional: view.provisional }

export interface Step {
  at: string
  /** Key of its words under apply.happened, or a kind of paper. */
  what: string
  more?: string
  paper?: Paper
}

const placed = (at: string | null | undefined, what: string, more?: string): Step[] => (at ? [{ at, what, more }] : [])

function ownSteps(view: CaseView, department: (code: string) => string): Step[] {
  const reviews = view.reviews.filter(({ answer }) => answer)
  return [
    ...placed(view.accepted_at, view.deemed ? 'deemed' : 'accepted'),
    ...reviews.flatMap((review) => placed(review.answer?.decided_at, 'answered', department(review.department))),
    ...view.pauses.flatMap(({ kind, started_at, ended_at }) => [
      ...placed(started_at, 'paused', kind),
      ...placed(ended_at, 'resumed'),
    ]),
    ...placed(view.decided_at, view.outcome === 'granted' ? 'granted' : 'denied'),
    ...placed(view.served_at, 'served'),
    ...(view.served_at ? [] : placed(view.ended_at, view.state)),
  ]
}

/** What has happened, in its order; papers on the day that they bear. */
export function story(view: CaseView | ProgressView, department: (code: string) => string): Step[] {
  const papers: Step[] = view.documents.map((paper) => ({ at: paper.dated, what: paper.kind, paper }))
  const rest =
    'status' in view
      ? [
          ...placed(view.accepted_on, view.deemed ? 'deemed' : 'accepted'),
          ...placed(view.decided_on, view.outcome === 'granted' ? 'granted' : 'denied'),
        ]
      : ownSteps(view, department)
  const all = [...placed(view.submitted_at, 'submitted'), ...papers, ...rest]
  return all.sort((one, other) => dayOf(one.at).localeCompare(dayOf(other.at)))
}

/** The hall's day of an instant; sorting is stable, so that what happened on one day keeps the order of the telling. */
const dayOf = (at: string): string => (at.length === 10 ? at : isoDay(at))

export const awaitsDeferred = ({ deferral, state }: CaseView): Requested[] => {
  if (!deferral || deferral.met_at || !['accepted', 'reviewed'].includes(state)) return []
  return [...deferral.materials]
}

/** Asked for and not brought; a return that was not upheld leaves it open too. */
export const awaitsSupplement = ({ state, outstanding }: CaseView): Requested[] =>
  state === 'correction_requested' || state === 'submitted' ? [...outstanding] : []
