import { describe, expect, it } from 'vitest'
import type { Person } from '@/kit/session'
import { mayDo, opinions, type Review, type StandIn } from './may'

const person = (role: string, ...departments: string[]): Person => ({
  id: role,
  name: role,
  roles: [role],
  departments,
})
const officer = person('section_officer', 'fire')
const chief = person('chief_representative', 'fire')
const fresh = {
  department: 'fire',
  kind: 'joint',
  state: 'requested',
  fees: [],
  fee_lists: [],
  receipt: null,
  decision: null,
  hearing: null,
  procedure: null,
  inspection: null,
  extension: null,
  forwarding: null,
  superior_answer: null,
  deemed_at: null,
  cancelled_at: null,
} as unknown as Review
const signed = { ...fresh, receipt: {} } as Review
const acts = (review: Review, who: Person, standIns: StandIn[] = []) => [...mayDo(review, who, standIns)].sort()

describe('what may be done with a review', () => {
  it('is the receipt first, and nothing else (R41)', () => {
    expect(acts(fresh, officer)).toEqual(['receipt'])
    expect(acts(fresh, person('section_officer', 'health'))).toEqual([])
    expect(acts(fresh, person('supervisor'))).toEqual([])
  })

  it('is decided by the chief, or by the stand-in in force', () => {
    const standIn = { staff_id: officer.id, in_force: true } as StandIn
    expect(acts(signed, officer)).not.toContain('decide')
    expect(acts(signed, chief)).toContain('decide')
    expect(acts(signed, officer, [standIn])).toContain('decide')
    expect(acts(signed, officer, [{ ...standIn, in_force: false }])).not.toContain('decide')
  })

  it('is no decision while the clock stands, a hearing or an inspection is awaited (R26, R31, R33)', () => {
    const paused = { ...signed, procedure: { kind: 'testing' } } as Review
    expect(acts(paused, chief)).toContain('resume')
    expect(acts(paused, chief)).not.toContain('decide')
    const heard = { ...signed, procedure: { kind: 'hearing' }, hearing: { record: null } } as Review
    expect(acts(heard, chief)).not.toContain('resume')
    expect(acts(heard, chief)).toContain('hearingNotice')
    expect(acts({ ...signed, inspection: { on: '2026-03-09', late: false } }, chief)).not.toContain('decide')
  })

  it('is a late opinion and no more time after deemed consent (R44)', () => {
    const deemed = acts({ ...signed, deemed_at: '2026-03-11T16:00:00Z' }, chief)
    expect(deemed).toContain('decide')
    expect(deemed).not.toContain('extension')
    expect(deemed).not.toContain('pause')
  })

  it('is one fee list at a time, and another one only where the last was rejected', () => {
    const charged = { ...signed, fees: [{ code: 'A' }] } as Review
    const listed = (standing: string) => ({ ...charged, fee_lists: [{ standing }] }) as Review
    expect(acts(charged, officer)).toContain('feeList')
    expect(acts(listed('listed'), officer)).not.toContain('feeList')
    expect(acts({ ...listed('rejected'), decision: {} } as Review, officer)).toContain('feeList')
    expect(acts({ ...charged, decision: {} } as Review, officer)).not.toContain('feeList')
  })

  it('is answered by the head whom the law names (R23, R24)', () => {
    const asked = (office: string) => ({ ...signed, extension: { request: { office } } }) as Review
    const [organ, county] = [person('organ_head', 'fire'), person('government_head')]
    expect(acts(asked('organ_head'), organ)).toEqual(['extensionAnswer'])
    expect(acts(asked('organ_head'), person('organ_head', 'health'))).toEqual([])
    expect(acts(asked('government_head'), organ)).toEqual([])
    expect(acts(asked('government_head'), county)).toEqual(['extensionAnswer'])
    expect(acts({ ...asked('government_head'), deemed_at: '2026-03-11T16:00:00Z' }, county)).toEqual([])
  })
})

it('leaves open only the answers that the superior lets', () => {
  const answered = (granted: boolean) => ({ ...signed, superior_answer: { granted } }) as Review
  expect(opinions({ ...signed, kind: 'forwarded' })).toEqual(['consent_but_forward'])
  expect(opinions(answered(true))).toEqual(['consent', 'refuse'])
  expect(opinions(answered(false))).toEqual(['refuse'])
  expect(opinions(signed)).toHaveLength(3)
})
