/** Which acts a person may do on a review as it stands. The service says the last word; nobody is offered what it refuses. */
import type { components } from '@/generated/approval'
import type { Person } from '@/kit/session'

export type Review = components['schemas']['ReviewDetail']
export type StandIn = components['schemas']['StandInView']
export type Opinion = components['schemas']['Opinion']

export const ACTS = [
  'receipt',
  'decide',
  'superiorAnswer',
  'forward',
  'feeList',
  'resume',
  'hearingRecord',
  'hearingNotice',
  'visit',
  'assign',
  'pause',
  'hearing',
  'extension',
  'extensionAnswer',
] as const
export type Act = (typeof ACTS)[number]

export const works = (person: Person, department: string): boolean =>
  person.departments.includes(department) &&
  person.roles.some((role) => role === 'section_officer' || role === 'chief_representative')

const signs = (person: Person, standIns: StandIn[]): boolean =>
  person.roles.includes('chief_representative') || standIns.some((one) => one.in_force && one.staff_id === person.id)

export function mayDo(review: Review, person: Person, standIns: StandIn[]): Set<Act> {
  const may = new Set<Act>()
  const offer = (act: Act, so: boolean) => so && may.add(act)
  offer('extensionAnswer', answersExtension(review, person))
  if (!works(person, review.department) || review.cancelled_at) return may
  if (!review.receipt) return may.add('receipt')
  const ready = !review.decision
  const running = ready && !review.deemed_at
  const heard = !review.hearing || Boolean(review.hearing.record)
  offer('decide', ready && mayDecide(review, heard) && signs(person, standIns))
  offer('superiorAnswer', Boolean(review.forwarding) && !review.superior_answer)
  offer('forward', goesUp(review) && !review.forwarding)
  offer('feeList', mayListFees(review))
  offer('resume', Boolean(review.procedure) && (heard || review.procedure?.kind !== 'hearing'))
  offer('hearingRecord', !heard && Boolean(review.hearing?.notice))
  offer('hearingNotice', !heard)
  offer('visit', ready)
  offer('assign', ready)
  offer('pause', running && !review.procedure)
  offer('hearing', running && !review.hearing)
  offer('extension', running && !review.extension?.request)
  return may
}

const mayDecide = (review: Review, heard: boolean): boolean => heard && !review.procedure && !review.inspection

const goesUp = (review: Review): boolean =>
  review.kind === 'forwarded' || review.decision?.opinion === 'consent_but_forward'

function mayListFees(review: Review): boolean {
  const last = review.fee_lists.at(-1)
  if (!review.fees.length || (last && last.standing !== 'rejected')) return false
  return Boolean(last) || (!review.decision && !review.deemed_at)
}

/** The head of the organ for their own department; of the government, for what is theirs (R23, R24). */
function answersExtension(review: Review, person: Person): boolean {
  const story = review.extension
  const over = review.decision || review.deemed_at || review.cancelled_at
  if (!story?.request || story.granted || story.refusal || over) return false
  if (story.request.office === 'government_head') return person.roles.includes('government_head')
  return person.roles.includes('organ_head') && person.departments.includes(review.department)
}

/** The answers that are open: a forwarded item waits for its superior, and does not contradict a denial from above. */
export function opinions(review: Review): Opinion[] {
  const answer = review.superior_answer
  if (answer) return answer.granted ? ['consent', 'refuse'] : ['refuse']
  return review.kind === 'forwarded' ? ['consent_but_forward'] : ['consent', 'refuse', 'consent_but_forward']
}
