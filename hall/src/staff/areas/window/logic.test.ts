import { describe, expect, it } from 'vitest'
import { actsOf } from './acts'
import { applicationOf, blank, complete, gapsOf, lackingOf } from './applying'
import { acceptable, checklist, lacking } from './checklist'
import { nextOf } from './next'
import { fieldsOf, serviceBody, type Filled } from './serving'
import type { CaseView, ItemView } from './shapes'
import { timelineOf } from './timeline'

const item = {
  code: 'item',
  materials: [
    { code: '001', name: '申请书', originals: 1, copies: 0 },
    { code: '002', name: '身份证', originals: 0, copies: 2 },
    { code: '003', name: '制度', originals: 1, deferrable: true },
    { code: '004', name: '委托书', originals: 1, situations: ['by-agent'] },
    { code: '005', name: '其他', originals: 1, required: false },
  ],
} as ItemView

const held = (code: string) => ({ code, name: code, copies: 1, handed_in_at: '2026-11-02T01:00:00Z' })

function a(changes: Partial<CaseView> = {}): CaseView {
  return {
    ...{ state: 'submitted', kind: 'committed', department: 'market', submitted_at: '2026-11-02T01:00:00Z' },
    ...{ situations: [], materials: [], missing: [], requested: [], outstanding: [], reviews: [], disputed: [] },
    ...{ documents: [], meetings: [], postings: [], fees: { lists: [], notices: [], cleared_at: null } },
    ...changes,
  } as CaseView
}
const clerk = { roles: ['window_clerk'], departments: ['market'] }

describe('the checklist', () => {
  it('asks for what the situations ask for, and tells what is lacking', () => {
    const lines = checklist(a({ materials: [held('001')] }), item)
    expect(lines.map(({ code }) => code)).toEqual(['001', '002', '003', '005'])
    expect(lacking(lines).map(({ code }) => code)).toEqual(['002', '003'])
  })

  it('keeps what is in the file although the list no longer names it', () => {
    expect(checklist(a({ materials: [held('009')] }), undefined).map(({ code }) => code)).toEqual(['009'])
  })

  it('lets the window accept where only minor material is missing', () => {
    const lines = checklist(a(), item)
    expect(acceptable(a({ missing: ['制度'] }), lines)).toBe(true)
    expect(acceptable(a({ missing: ['制度', '申请书'] }), lines)).toBe(false)
  })
})

describe('acts', () => {
  it('are those of the state, for the clerk of the department', () => {
    expect(actsOf(a(), [], clerk)).toEqual(['accept', 'correct', 'refuse', 'sendBack', 'withdraw'])
    expect(actsOf(a({ missing: ['申请书'] }), [], clerk)).not.toContain('accept')
    expect(actsOf(a(), [], { roles: ['window_clerk'], departments: ['fire'] })).toEqual([])
    expect(actsOf(a(), [], { roles: ['supervisor'], departments: [] })).toEqual([])
  })

  it('ask for what is missing only once', () => {
    const requested = [{ code: '001', name: '申请书', reason: '未签名' }]
    expect(actsOf(a({ requested }), [], clerk)).not.toContain('correct')
  })

  it('let the window decide instant items only', () => {
    expect(actsOf(a({ state: 'accepted', kind: 'instant' }), [], clerk)).toContain('decide')
    expect(actsOf(a({ state: 'accepted' }), [], clerk)).not.toContain('decide')
  })
})

describe('what comes next', () => {
  it('names the day and what is waited for', () => {
    expect(nextOf(a({ missing: ['申请书'], answer_by: { on: '2026-11-09' } }))).toMatchObject({
      key: 'askOnce',
      on: '2026-11-09',
      names: ['申请书'],
    })
    const deferral = { materials: [{ code: '003', name: '制度', reason: '后补' }], until: '2026-11-20' }
    const waiting = a({ state: 'accepted', deferral: deferral as CaseView['deferral'] })
    expect(nextOf(waiting)).toMatchObject({ key: 'deferred', on: '2026-11-20', names: ['制度'] })
  })
})

describe('the timeline', () => {
  it('is in order, the notice never before the application', () => {
    const found = timelineOf(
      a({
        submitted_at: '2026-11-02T08:00:00Z',
        documents: [{ kind: 'one_time_notice', number: '1', dated: '2026-11-02' }],
        accepted_at: '2026-11-03T01:00:00Z',
      }),
    )
    expect(found.map(({ key }) => key)).toEqual(['submitted', 'asked', 'accepted'])
  })
})

describe('the proof of service', () => {
  const none = { receiver: '', relation: '', proxy_reason: '', place: '', witness: '', carrier: '', waybill: '' }
  const filled: Filled = { ...none, posted_on: '', received_on: '', remark: '' }

  it('asks in what relation the receiver stands, unless it is the applicant or the agent', () => {
    expect(fieldsOf('pick_up', '张三', ['张三'], false).needed).toEqual(['receiver'])
    expect(fieldsOf('pick_up', '李四', ['张三'], false).needed).toContain('relation')
  })

  it('does not ask again for what was said when it was posted, and sends nothing that is empty', () => {
    const shown = fieldsOf('post', '张三', ['张三'], true)
    expect(shown.needed).toEqual(['receiver', 'received_on'])
    const body = serviceBody('post', { ...filled, receiver: '张三', received_on: '2026-11-05' }, shown)
    expect(body).toEqual({ way: 'post', receiver: '张三', received_on: '2026-11-05' })
  })
})

describe('an application at the window', () => {
  it('counts originals and copies together, and leaves out what was not handed in', () => {
    const filled = { ...blank(), counts: { '001': { originals: 1, copies: 2 }, '002': { originals: 0, copies: 0 } } }
    expect(applicationOf(item, filled).materials).toEqual([{ code: '001', copies: 3 }])
    expect(lackingOf(item, filled).map(({ code }) => code)).toEqual(['002', '003'])
  })

  it('is complete with one press', () => {
    const counts = complete(item.materials!, {})
    expect(counts['002']).toEqual({ originals: 0, copies: 2 })
    expect(counts['005']).toBeUndefined()
  })

  it('knows what is still to be filled in', () => {
    expect(Object.keys(gapsOf(item, blank()))).toEqual(['applicant.name', 'applicant.id_number', 'applicant.phone'])
  })
})
