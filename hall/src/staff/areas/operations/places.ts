/** The services as an operator finds them: four, and one instance of approval for each department. */
import { ask, operationsAt } from '@/kit/api'
import { departmentName, DEPARTMENTS } from '@/kit/departments'
import type { Language } from '@/kit/preferences'
import type { components } from '@/generated/intake'

type Schemas = components['schemas']

const SINGLE = ['intake', 'fees', 'monitor', 'notify'] as const
const APPROVAL = 'approval.'

/** As it stands in addresses: intake, or approval.fire. */
export const PLACES: readonly string[] = [...SINGLE, ...Object.keys(DEPARTMENTS).map((code) => APPROVAL + code)]

export const isPlace = (place: string): boolean => PLACES.includes(place)

export function placeName(place: string, language: Language, t: (key: string) => string): string {
  if (!place.startsWith(APPROVAL)) return t(`operations.services.${place}`)
  return `${t('operations.services.approval')} · ${departmentName(place.slice(APPROVAL.length), language)}`
}

/** The operator's door of that place. */
export function doorOf(place: string) {
  const path = place.startsWith(APPROVAL) ? `approval/departments/${place.slice(APPROVAL.length)}` : place
  return operationsAt(path)
}

export interface Glance {
  place: string
  parked: number
  deferred: number
  jobs: number
  timers: number
}

/** What waits for a person there. Throws Problem. */
export async function glance(place: string): Promise<Glance> {
  const door = doorOf(place)
  const [parked, deferred, jobs, timers] = await Promise.all([
    ask(door.GET('/operations/parked', { params: { query: { limit: 1 } } })),
    ask(door.GET('/operations/deferred')),
    ask(door.GET('/operations/jobs')),
    ask(door.GET('/operations/timers')),
  ])
  return {
    place,
    parked: parked.total,
    deferred: deferred.items.length,
    jobs: jobs.items.length,
    timers: timers.items.length,
  }
}

export const quiet = (one: Glance): boolean => !(one.parked || one.deferred || one.jobs || one.timers)

export interface Whole {
  parked: Schemas['ParkedList']
  deferred: Schemas['DeferredSubject'][]
  jobs: Schemas['StuckJob'][]
  timers: Schemas['ParkedTimer'][]
}

/** Throws Problem. */
export async function whole(place: string): Promise<Whole> {
  const door = doorOf(place)
  const [parked, deferred, jobs, timers] = await Promise.all([
    ask(door.GET('/operations/parked')),
    ask(door.GET('/operations/deferred')),
    ask(door.GET('/operations/jobs')),
    ask(door.GET('/operations/timers')),
  ])
  return { parked, deferred: deferred.items, jobs: jobs.items, timers: timers.items }
}
