/** Which acts a person may do with a case as it stands. The hall refuses the others anyway. */
import type { Line } from './checklist'
import { acceptable } from './checklist'
import { awaitsDeferred } from './next'
import type { CaseView } from './shapes'

export type Act =
  | 'accept'
  | 'correct'
  | 'supplement'
  | 'deferred'
  | 'decide'
  | 'serve'
  | 'post'
  | 'refuse'
  | 'sendBack'
  | 'withdraw'
  | 'reExamine'
  | 'find'
  | 'rate'
  | 'erase'

export interface Who {
  roles: string[]
  departments: string[]
}

export function actsOf(one: CaseView, lines: Line[], who: Who): Act[] {
  const clerk = who.roles.includes('window_clerk') && who.departments.includes(one.department)
  const admin = who.roles.includes('centre_admin')
  return [...(clerk ? atTheWindow(one, lines) : []), ...(admin ? ofTheCentre(one) : [])]
}

function atTheWindow(one: CaseView, lines: Line[]): Act[] {
  switch (one.state) {
    case 'submitted':
      return atTheDoor(one, lines)
    case 'correction_requested':
      return ['supplement', 'refuse', 'sendBack', 'withdraw']
    case 'accepted':
      return [...(one.kind === 'instant' ? (['decide'] as const) : []), ...gap(one), 'rate', 'withdraw']
    case 'reviewed':
      return [...gap(one), 'rate', 'withdraw']
    case 'decided':
      return ['serve', 'post', 'rate']
    case 'closed':
      return ['rate']
    case 'returned':
      return one.re_examination ? [] : ['reExamine']
    default:
      return []
  }
}

function atTheDoor(one: CaseView, lines: Line[]): Act[] {
  const found: Act[] = acceptable(one, lines) ? ['accept'] : []
  if (!one.requested.length) found.push('correct')
  if (one.re_examination?.upheld === false && one.outstanding.length) found.push('supplement')
  return [...found, 'refuse', 'sendBack', 'withdraw']
}

const gap = (one: CaseView): Act[] => (awaitsDeferred(one) ? ['deferred'] : [])

function ofTheCentre(one: CaseView): Act[] {
  const asked = one.state === 'returned' && one.re_examination && one.re_examination.upheld == null
  return [...(asked ? (['find'] as const) : []), ...(one.ended_at && one.reachable ? (['erase'] as const) : [])]
}
