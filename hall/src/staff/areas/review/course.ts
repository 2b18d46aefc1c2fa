/** What has happened in a review, in the order in which it did. */
import type { Review } from './may'

export interface Step {
  at: string
  /** Key of its title, and what stands in it. */
  title: string
  by?: string
  facts: Record<string, string | number>
  /** What somebody wrote. */
  text?: string
  paper?: string
}

type Maybe = Step | undefined
const at = (instant: string | null | undefined, title: string, more: Partial<Step> = {}): Maybe =>
  instant ? { at: instant, title, facts: {}, ...more } : undefined

export function courseOf(review: Review): Step[] {
  const steps: Maybe[] = [
    at(review.requested_at, 'requested', { facts: { days: review.limit_days }, paper: review.document?.number }),
    at(review.receipt?.received_at, 'receipt', { by: review.receipt?.signed_by.name }),
    ...assignments(review),
    ...procedures(review),
    ...hearings(review),
    ...extensions(review),
    ...upward(review),
    ...told(review),
    ...review.visits.map((visit) =>
      at(visit.visited_at, 'visit', {
        by: visit.officials.map((one) => one.name).join('、'),
        facts: { place: visit.place, party: visit.checked_party },
        text: visit.findings,
        paper: visit.document.number,
      }),
    ),
    ...review.fee_lists.map((list) =>
      at(list.listed_at, 'feeList', { by: list.listed_by.name, facts: { list: list.list_id } }),
    ),
    ...answers(review),
  ]
  return steps.filter((step) => step !== undefined).sort((a, b) => a.at.localeCompare(b.at))
}

const assignments = (review: Review): Maybe[] =>
  [...review.former_assignments, ...(review.assignment ? [review.assignment] : [])].map((one) =>
    at(one.assigned_at, 'assign', { by: one.assigned_by.name, facts: { assignee: one.assignee.name } }),
  )

const procedures = (review: Review): Maybe[] =>
  review.pauses.flatMap((one) => [
    at(one.paused_at, 'pause', {
      by: one.paused_by.name,
      facts: { kind: one.kind, days: one.planned_days },
      text: one.basis,
    }),
    at(one.resumed_at, 'resume', { by: one.resumed_by?.name, facts: { kind: one.kind } }),
  ])

function hearings({ hearing }: Review): Maybe[] {
  const notice = hearing?.notice
  return [
    at(hearing?.recorded_at, 'hearing', { by: hearing?.recorded_by.name, facts: { who: hearing?.requested_by ?? '' } }),
    at(notice?.noticed_at, 'hearingNotice', {
      by: notice?.noticed_by.name,
      facts: { when: notice?.holds_at ?? '', place: notice?.place ?? '', chair: notice?.chair.name ?? '' },
      paper: notice?.document.number,
    }),
    at(hearing?.record?.recorded_at, 'hearingRecord', {
      by: hearing?.record?.recorded_by.name,
      text: hearing?.record?.record,
    }),
  ]
}

function extensions({ extension }: Review): Maybe[] {
  const { request, granted, refusal, declined } = extension ?? {}
  return [
    at(request?.requested_at, 'extension', {
      by: request?.requested_by.name,
      facts: { days: request?.days ?? 0 },
      text: request?.reasons,
    }),
    at(granted?.approved_at, 'extensionGranted', {
      by: granted?.approver.name,
      facts: { days: granted?.days ?? 0 },
      text: granted?.reasons,
    }),
    at(refusal?.refused_at, 'extensionRefused', { by: refusal?.refused_by.name, text: refusal?.reasons }),
    at(declined?.declined_at, 'extensionDeclined', { text: declined?.reason }),
  ]
}

function upward({ forwarding, superior_answer: answer }: Review): Maybe[] {
  return [
    at(forwarding?.forwarded_at, 'forward', {
      by: forwarding?.forwarded_by.name,
      facts: { superior: forwarding?.superior ?? '' },
      text: forwarding?.opinion,
    }),
    at(answer?.answered_at, answer?.granted ? 'superiorGranted' : 'superiorDenied', {
      facts: { superior: answer?.superior ?? '' },
      text: answer?.opinion,
    }),
  ]
}

/** What others said of it. */
const told = (review: Review): Maybe[] => [
  ...review.urgings.map((one) => at(one.urged_at, 'urged', { by: one.urged_by?.name, text: one.reason })),
  ...review.meetings.map((one) =>
    at(one.convened_at, one.occasion === 'site_visit' ? 'jointVisit' : 'meeting', {
      by: one.convened_by?.name,
      facts: { when: one.meets_at, place: one.place },
    }),
  ),
]

function answers(review: Review): Maybe[] {
  const decision = review.decision
  return [
    at(decision?.decided_at, `decided_${decision?.opinion}`, {
      by: decision?.decided_by.name,
      facts: decision?.in_place_of ? { chief: decision.in_place_of.name } : {},
      text: [decision?.reasons, decision?.legal_basis].filter(Boolean).join('\n'),
      paper: decision?.document?.number,
    }),
    at(review.deemed_at, review.deemed_ground === 'silence' ? 'deemed' : 'absent'),
    at(review.cancelled_at, 'cancelled'),
  ]
}
