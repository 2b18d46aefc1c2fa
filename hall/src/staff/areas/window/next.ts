/** What happens next with a case, and by when: for whoever works on it. Words are `window.next.<key>`. */
import type { CaseView, ReviewView } from './shapes'

export interface Next {
  key: string
  on?: string | null
  provisional?: boolean
  /** Materials or departments that are waited for. */
  names: string[]
}

interface Day {
  on: string
  provisional?: boolean
}

const by = (key: string, due: Day | null | undefined, names: string[] = []): Next => ({
  key,
  on: due?.on,
  provisional: due?.provisional,
  names,
})

export const unanswered = (review: ReviewView): boolean => !review.answer && !review.deemed_at && !review.cancelled_at

export const awaitsDeferred = (one: CaseView): boolean => Boolean(one.deferral && !one.deferral.met_at)

export function outstandingDeferred(one: CaseView): { code: string; name: string; reason: string }[] {
  const held = new Set(one.materials.map(({ code }) => code))
  return awaitsDeferred(one) ? one.deferral!.materials.filter(({ code }) => !held.has(code)) : []
}

export function nextOf(one: CaseView): Next {
  switch (one.state) {
    case 'submitted':
      return by(one.missing.length && !one.requested.length ? 'askOnce' : 'answer', one.answer_by, one.missing)
    case 'correction_requested':
      return { key: 'supplement', on: one.supplement_by, names: one.outstanding.map(({ name }) => name) }
    case 'accepted':
      return underReview(one)
    case 'reviewed':
      return reviewed(one)
    case 'decided':
      return by(one.postings.length ? 'posted' : 'serve', one.serve_by)
    case 'closed':
      return { key: 'closed', names: [] }
    case 'returned':
      return { key: one.re_examination && one.re_examination.upheld == null ? 'reExamining' : 'ended', names: [] }
    default:
      return { key: 'ended', names: [] }
  }
}

function underReview(one: CaseView): Next {
  if (awaitsDeferred(one)) return deferred(one)
  if (one.paused) return { key: 'paused', names: [] }
  if (one.kind === 'instant') return by('decide', one.promised_due)
  if (one.disputed.length) return by('disputed', one.promised_due, one.disputed)
  return by(
    'reviewing',
    one.promised_due,
    one.reviews.filter(unanswered).map((review) => review.department_name),
  )
}

function reviewed(one: CaseView): Next {
  if (awaitsDeferred(one)) return deferred(one)
  if (one.queued_at) return { key: 'queued', names: [] }
  const notice = one.fees.notices.find(({ state }) => state === 'issued' || state === 'overdue')
  return { key: notice ? 'pay' : 'notice', on: notice?.pay_by, names: [] }
}

function deferred(one: CaseView): Next {
  const names = outstandingDeferred(one).map(({ name }) => name)
  return { key: one.deferral!.lapsed_at ? 'deferredLapsed' : 'deferred', on: one.deferral!.until, names }
}
