/** What waits for a person, counted: each number leads to the list behind it. Words are `desk.count.<key>`. */
import { approval, ask, fees, intake, monitor, notify } from '@/kit/api'
import { DEPARTMENTS } from '@/kit/departments'
import type { Person } from '@/kit/session'

export interface Counted {
  n: number
  /** There are more than were counted. */
  more: boolean
  /** The earliest limit among them. */
  by?: string | null
}

export interface Counter {
  key: string
  to: string
  roles: string[]
  read: (who: Person) => Promise<Counted>
}

const MOST = 100
type Limited = { limit: number }
const limit: Limited = { limit: MOST }

const counted = (list: readonly unknown[], more = list.length === MOST, by?: string | null): Counted => ({
  n: list.length,
  more,
  by,
})

async function cases(
  state: 'submitted' | 'correction_requested' | 'accepted' | 'decided' | 'returned',
  kind?: 'instant',
) {
  const { items, next } = await ask(intake.GET('/cases', { params: { query: { state, kind, ...limit } } }))
  const days = items.map((one) => one.answer_by?.on ?? one.serve_by?.on).filter((day) => day !== undefined)
  const waits = state === 'submitted' || state === 'decided'
  return counted(items, Boolean(next), waits ? days.toSorted()[0] : null)
}

async function reviews(who: Person, state: 'open' | 'requested'): Promise<Counted> {
  const pages = await Promise.all(
    who.departments.map((department) =>
      ask(
        approval.GET('/departments/{department}/reviews', {
          params: { path: { department }, query: { state, ...limit } },
        }),
      ),
    ),
  )
  const more = pages.some(({ next }) => next)
  return counted(
    pages.flatMap(({ items }) => items),
    more,
  )
}

async function extensions(departments: readonly string[]): Promise<Counted> {
  const pages = await Promise.all(
    departments.map((department) =>
      ask(
        approval.GET('/departments/{department}/extension-requests', {
          params: { path: { department }, query: limit },
        }),
      ),
    ),
  )
  return counted(
    pages.flatMap(({ items }) => items),
    pages.some(({ next }) => next),
  )
}

const lists = async (state: 'open') =>
  counted((await ask(fees.GET('/lists', { params: { query: { state, ...limit } } }))).lists)

const disputes = async () =>
  counted((await ask(fees.GET('/disputes', { params: { query: { state: 'open', ...limit } } }))).items)

async function refunds(state: 'requested' | 'verified'): Promise<Counted> {
  return counted((await ask(fees.GET('/refunds', { params: { query: { state, ...limit } } }))).refunds)
}

const reliefs = async (state: 'requested' | 'reviewed' | 'approved') =>
  counted((await ask(fees.GET('/reliefs', { params: { query: { state, ...limit } } }))).items)

const exceptions = async (state: 'open' | 'proposed', owner?: string) =>
  counted((await ask(fees.GET('/exceptions', { params: { query: { state, owner, ...limit } } }))).exceptions)

const differences = async () =>
  counted((await ask(fees.GET('/differences', { params: { query: { state: 'open', ...limit } } }))).differences)

async function agencies(state: 'at_village' | 'at_station' | 'at_hall' | 'delivered' | 'archived' | 'reported') {
  const { items, next } = await ask(intake.GET('/agencies', { params: { query: { state, ...limit } } }))
  const days = items.map(({ forward_by }) => forward_by?.on).filter((day) => day !== undefined)
  return counted(items, Boolean(next), state === 'at_village' ? days.toSorted()[0] : null)
}

async function reports(): Promise<Counted> {
  const { items, next } = await ask(intake.GET('/item-reports', { params: { query: { state: 'reported', ...limit } } }))
  return counted(items, Boolean(next))
}

async function running(): Promise<Counted> {
  const { items, next } = await ask(monitor.GET('/cases', { params: { query: { ended: false, ...limit } } }))
  return counted(items, Boolean(next))
}

const PARKED = {
  intake: () => intake.GET('/operations/parked'),
  approval: () => approval.GET('/operations/parked'),
  fees: () => fees.GET('/operations/parked'),
  monitor: () => monitor.GET('/operations/parked'),
  notify: () => notify.GET('/operations/parked'),
}

const parked = (Object.keys(PARKED) as (keyof typeof PARKED)[]).map((service) => ({
  key: `parked_${service}`,
  to: '/operations',
  roles: ['operator'],
  read: async () => ({ n: (await ask(PARKED[service]())).total, more: false }),
}))

const CLERK = ['window_clerk']
const OFFICERS = ['section_officer', 'chief_representative']
const STATIONS = ['station_clerk', 'village_agent']

export const COUNTERS: readonly Counter[] = [
  { key: 'submitted', to: '/window', roles: CLERK, read: () => cases('submitted') },
  {
    key: 'instant',
    to: '/window?state=accepted&kind=instant',
    roles: CLERK,
    read: () => cases('accepted', 'instant'),
  },
  { key: 'decided', to: '/window?state=decided', roles: CLERK, read: () => cases('decided') },
  {
    key: 'correction',
    to: '/window?state=correction_requested',
    roles: CLERK,
    read: () => cases('correction_requested'),
  },
  { key: 'receipts', to: '/reviews?state=requested', roles: OFFICERS, read: (who) => reviews(who, 'requested') },
  { key: 'reviews', to: '/reviews', roles: OFFICERS, read: (who) => reviews(who, 'open') },
  {
    key: 'reliefsChief',
    to: '/fees/reliefs?state=requested',
    roles: ['chief_representative'],
    read: () => reliefs('requested'),
  },
  { key: 'extensions', to: '/extensions', roles: ['organ_head'], read: (who) => extensions(who.departments) },
  {
    key: 'extensions',
    to: '/extensions',
    roles: ['government_head'],
    read: () => extensions(Object.keys(DEPARTMENTS)),
  },
  {
    key: 'reliefsGovernment',
    to: '/fees/reliefs?state=approved',
    roles: ['government_head'],
    read: () => reliefs('approved'),
  },
  { key: 'lists', to: '/fees/lists?state=open', roles: ['fee_officer'], read: () => lists('open') },
  { key: 'disputes', to: '/fees/disputes?state=open', roles: ['fee_officer'], read: disputes },
  {
    key: 'refunds',
    to: '/fees/refunds?state=requested',
    roles: ['fee_officer'],
    read: () => refunds('requested'),
  },
  {
    key: 'refundsTreasury',
    to: '/fees/refunds?state=verified',
    roles: ['treasurer'],
    read: () => refunds('verified'),
  },
  {
    key: 'reliefsTreasury',
    to: '/fees/reliefs?state=reviewed',
    roles: ['treasurer'],
    read: () => reliefs('reviewed'),
  },
  {
    key: 'exceptions',
    to: '/fees/exceptions?state=open',
    roles: ['treasurer', 'fee_officer'],
    read: () => exceptions('open'),
  },
  {
    key: 'exceptionsProposed',
    to: '/fees/exceptions?state=proposed',
    roles: ['treasurer', 'supervisor'],
    read: () => exceptions('proposed'),
  },
  {
    key: 'differences',
    to: '/fees/differences?state=open',
    roles: ['treasurer'],
    read: differences,
  },
  { key: 'running', to: '/watch/cases', roles: ['supervisor', 'leader'], read: running },
  { key: 'reports', to: '/centre/reports?state=reported', roles: ['centre_admin'], read: reports },
  { key: 'returned', to: '/window?state=returned', roles: ['centre_admin'], read: () => cases('returned') },
  { key: 'atVillage', to: '/stations?state=at_village', roles: ['village_agent'], read: () => agencies('at_village') },
  { key: 'atStation', to: '/stations?state=at_station', roles: ['station_clerk'], read: () => agencies('at_station') },
  { key: 'atHall', to: '/stations?state=at_hall', roles: STATIONS, read: () => agencies('at_hall') },
  { key: 'delivered', to: '/stations?state=delivered', roles: STATIONS, read: () => agencies('delivered') },
  { key: 'archived', to: '/stations?state=archived', roles: STATIONS, read: () => agencies('archived') },
  { key: 'reported', to: '/stations?state=reported', roles: STATIONS, read: () => agencies('reported') },
  ...parked,
]

export const countersFor = (who: Person): Counter[] =>
  COUNTERS.filter(({ roles }) => roles.some((role) => who.roles.includes(role)))
