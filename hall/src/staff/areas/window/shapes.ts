/** The parts of intake that the window's pages show, by short names. */
import type { components } from '@/generated/intake'
import type { components as monitor } from '@/generated/monitor'

type Schemas = components['schemas']

export type CaseView = Schemas['CaseView']
export type CaseSummary = Schemas['CaseSummary']
export type ItemView = Schemas['ItemView']
export type ItemSummary = Schemas['ItemSummary']
export type ItemMaterial = Schemas['ItemMaterial']
export type Held = Schemas['Held']
export type ReviewView = Schemas['ReviewView']
export type Registered = Schemas['Registered']
export type LedgerLine = Schemas['LedgerLine']
export type Status = Schemas['Status']
export type Kind = Schemas['Kind']
export type Ticket = monitor['schemas']['Ticket']

export const KINDS = ['instant', 'committed', 'joint', 'forwarded'] as const satisfies readonly Kind[]
export const STATES = [
  'submitted',
  'correction_requested',
  'accepted',
  'reviewed',
  'decided',
  'closed',
  'refused',
  'returned',
  'withdrawn',
] as const satisfies readonly Status[]
