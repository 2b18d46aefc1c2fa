import { expect, it } from 'vitest'
import { courseOf } from './course'
import type { Review } from './may'

const staff = (name: string) => ({ id: name, name })
const nothing = {
  former_assignments: [],
  pauses: [],
  visits: [],
  urgings: [],
  meetings: [],
  fee_lists: [],
  document: null,
  assignment: null,
  hearing: null,
  extension: null,
  forwarding: null,
  superior_answer: null,
  deemed_at: null,
  deemed_ground: null,
  cancelled_at: null,
}

it('tells what happened in its order, by whom and with what was written', () => {
  const steps = courseOf({
    ...nothing,
    requested_at: '2026-03-02T01:00:00Z',
    limit_days: 7,
    receipt: { signed_by: staff('王'), received_at: '2026-03-02T02:00:00Z' },
    pauses: [
      {
        kind: 'testing',
        basis: '第四十五条',
        planned_days: 3,
        paused_by: staff('王'),
        paused_at: '2026-03-03T01:00:00Z',
        resumed_by: staff('李'),
        resumed_at: '2026-03-05T01:00:00Z',
      },
    ],
    urgings: [{ reason: '请答复', urged_at: '2026-03-04T01:00:00Z' }],
    decision: {
      opinion: 'consent',
      reasons: '符合',
      legal_basis: '第三十八条',
      decided_by: staff('副'),
      decided_at: '2026-03-06T01:00:00Z',
      in_place_of: staff('正'),
    },
  } as unknown as Review)
  expect(steps.map((step) => step.title)).toEqual([
    'requested',
    'receipt',
    'pause',
    'urged',
    'resume',
    'decided_consent',
  ])
  expect(steps.map((step) => step.by)).toEqual([undefined, '王', '王', undefined, '李', '副'])
  expect(steps.at(-1)).toMatchObject({ text: '符合\n第三十八条', facts: { chief: '正' } })
})
