/** An agency (代办) as the pages show it: its seven steps, and what may be done with it now. */
import type { components } from '@/generated/intake'

export type AgencyView = components['schemas']['AgencyView']
export type AgencyState = AgencyView['state']
export type Step = components['schemas']['AgencyStep']
export type Recorded = components['schemas']['StepBody']['step']

export const STATES: readonly AgencyState[] = [
  ...(['at_village', 'at_station', 'at_hall'] as const),
  ...(['delivered', 'archived', 'reported', 'revisited'] as const),
]
export const STEPS: readonly Step[] = [
  ...(['entrusted', 'accepted', 'handled'] as const),
  ...(['delivered', 'archived', 'reported', 'revisited'] as const),
]
const RECORDED: readonly string[] = ['delivered', 'archived', 'reported', 'revisited']

export type Act = { name: 'forward' } | { name: 'apply' } | { name: 'record'; step: Recorded }

interface Who {
  roles: string[]
  departments: string[]
}

const township = (station: string) => station.split('-')[0]!

/** The village's for its agent; for the township's clerk also what its villages have. */
export function own(agency: Pick<AgencyView, 'station'>, who: Who): boolean {
  const atVillage = who.roles.includes('village_agent') && who.departments.includes(agency.station)
  return atVillage || (who.roles.includes('station_clerk') && who.departments.includes(township(agency.station)))
}

export function actsOf(agency: AgencyView, who: Who): Act[] {
  if (!own(agency, who)) return []
  if (agency.state === 'at_village') return who.roles.includes('village_agent') ? [{ name: 'forward' }] : []
  if (agency.state === 'at_station') return who.roles.includes('station_clerk') ? [{ name: 'apply' }] : []
  const step = agency.next_step
  return step && RECORDED.includes(step) ? [{ name: 'record', step: step as Recorded }] : []
}

export const stepLines = (agency: AgencyView) =>
  STEPS.map((step) => ({ step, taken: agency.steps.find((one) => one.step === step) }))
