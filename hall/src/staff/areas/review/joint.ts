/** Who may lead a joint case in which way. The service says the last word; nobody is offered what it refuses. */
import type { components } from '@/generated/intake'
import type { Person } from '@/kit/session'

export type Case = components['schemas']['CaseView']
export type CaseReview = components['schemas']['ReviewView']
export type Meeting = components['schemas']['Meeting']

const has = (person: Person, ...roles: string[]) => roles.some((role) => person.roles.includes(role))
const leads = (person: Person, one: Case, ...roles: string[]) =>
  has(person, ...roles) && person.departments.includes(one.department)

const convenes = (person: Person, one: Case): boolean =>
  has(person, 'centre_admin') || leads(person, one, 'window_clerk', 'chief_representative')

const unanswered = (review: CaseReview): boolean => !review.answer && !review.deemed_at && !review.cancelled_at

export const mayConvene = (one: Case, person: Person): boolean =>
  one.kind === 'joint' && one.state === 'accepted' && one.reviews.some(unanswered) && convenes(person, one)

export const mayRecord = (one: Case, meeting: Meeting, person: Person): boolean =>
  !meeting.held_at && ['accepted', 'reviewed', 'decided'].includes(one.state) && convenes(person, one)

export const mayUrge = (one: Case, review: CaseReview, person: Person): boolean =>
  one.state === 'accepted' &&
  unanswered(review) &&
  (has(person, 'centre_admin', 'supervisor') || leads(person, one, 'window_clerk'))

export const mayDecideAsLead = (one: Case, person: Person): boolean =>
  one.waits_for === 'lead_decision' && leads(person, one, 'chief_representative')

export const mayFind = (one: Case, person: Person): boolean =>
  one.waits_for === 're_examination' && has(person, 'centre_admin')

/** Reviews that count: those of an earlier round were let go. */
export const standing = (one: Case): CaseReview[] => one.reviews.filter((review) => !review.cancelled_at)
