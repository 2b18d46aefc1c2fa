/** What happened to a case, in order. Words are `window.event.<key>`. */
import { isoDay } from '@/kit/format'
import type { CaseView, ReviewView } from './shapes'

export interface Moment {
  /** An instant, or a day where the hour is not known. */
  at: string
  key: string
  who?: string
  text?: string
}

const NOON = 'T12:00:00+08:00'
/** What the departments' words lead to comes after them, where the instants are the same. */
const AFTERWARDS = new Set(['reviewed', 'queued', 'granted', 'denied', 'served'])
const time = (at: string): number => Date.parse(at.length === 10 ? at + NOON : at)

export function timelineOf(one: CaseView): Moment[] {
  const moments = [...ofTheCase(one), ...one.reviews.flatMap((review) => ofReview(review, one.accepted_at))]
  return moments
    .map((moment, place) => ({ moment, place: AFTERWARDS.has(moment.key) ? moments.length + place : place }))
    .sort((a, b) => time(a.moment.at) - time(b.moment.at) || a.place - b.place)
    .map(({ moment }) => moment)
}

function ofTheCase(one: CaseView): Moment[] {
  return [
    { at: one.submitted_at, key: 'submitted' },
    ...one.documents.filter(({ kind }) => kind === 'one_time_notice').map((paper) => asked(paper.dated)),
    ...told(one.accepted_at, one.deemed ? 'deemedAccepted' : 'accepted'),
    ...told(one.deferral?.deferred_at, 'deferred'),
    ...told(one.deferral?.lapsed_at, 'deferredLapsed'),
    ...told(one.deferral?.met_at, 'deferredMet'),
    ...one.meetings.flatMap(({ convened_at, held_at, occasion }) => [
      ...told(convened_at, 'convened', { text: occasion }),
      ...told(held_at, 'held', { text: occasion }),
    ]),
    ...told(one.reviewed_at, 'reviewed'),
    ...told(one.queued_at, 'queued'),
    ...one.fees.notices.flatMap(({ cleared_at, notice_number }) => told(cleared_at, 'paid', { text: notice_number })),
    ...told(one.decided_at, one.outcome === 'denied' ? 'denied' : 'granted', { text: one.reasons }),
    ...one.postings.map((one) => ({
      at: one.recorded_at,
      key: 'posted',
      who: one.posted_by.name,
      text: `${one.carrier} ${one.waybill}`,
    })),
    ...told(one.served_at, 'served', { who: one.receiver ?? undefined, text: one.service_way ?? undefined }),
    ...told(one.re_examination?.requested_at, 'reExaminationAsked', { text: one.re_examination?.reasons }),
    ...told(one.re_examination?.examined_at, one.re_examination?.upheld ? 'upheld' : 'notUpheld', {
      text: one.re_examination?.finding,
    }),
    ...(one.state === 'closed' ? [] : told(one.ended_at, one.state, { text: one.reasons })),
  ]

  /** The notice bears a day only; it was never before the application. */
  function asked(dated: string): Moment {
    const same = isoDay(one.submitted_at) === dated
    return { at: same ? one.submitted_at : dated, key: 'asked' }
  }
}

function ofReview(review: ReviewView, acceptedAt: string | null): Moment[] {
  const who = review.department_name
  const first = acceptedAt && isoDay(acceptedAt) === review.requested_on ? acceptedAt : review.requested_on
  const { answer } = review
  return [
    { at: first, key: 'requested', who, text: review.stage },
    ...told(review.received_at, 'received', { who }),
    ...review.pauses.flatMap(({ kind, started_at, ended_at }) => [
      ...told(started_at, 'pauseBegan', { who, text: kind }),
      ...told(ended_at, 'pauseEnded', { who, text: kind }),
    ]),
    ...told(review.visited_at, 'visited', { who }),
    ...told(review.urged_at, 'urged', { who }),
    ...told(review.forwarded_at, 'forwarded', { who }),
    ...told(review.superior?.answered_at, 'superiorAnswered', {
      who: review.superior?.superior,
      text: review.superior?.opinion,
    }),
    ...(answer ? told(answer.decided_at, `opinion_${answer.opinion}`, { who, text: answer.reasons }) : []),
    ...told(review.deemed_at, 'deemedConsent', { who }),
    ...told(review.cancelled_at, 'cancelled', { who }),
  ]
}

const told = (at: string | null | undefined, key: string, more: Partial<Moment> = {}): Moment[] =>
  at ? [{ at, key, ...more }] : []
