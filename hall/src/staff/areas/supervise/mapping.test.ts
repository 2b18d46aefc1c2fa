import { expect, it } from 'vitest'
import { mappingOf, pairs, typed } from './mapping'

it('says again what it was told', () => {
  const values = {
    ...typed(),
    own_number: '业务编号',
    accepted: '受理日期',
    steps: '初审=初审时间',
    kinds: '普通＝committed',
  }
  const made = mappingOf({ ...values, default_promised_days: '5' })
  expect(made).toMatchObject({
    own_number: '业务编号',
    item_code: null,
    default_promised_days: 5,
    steps: [{ activity: '初审', column: '初审时间' }],
    kinds: { 普通: 'committed' },
  })
  expect(typed({ steps: [{ activity: '初审', column: '初审时间' }] }).steps).toBe('初审=初审时间')
})

it('knows a line that pairs nothing', () => {
  expect(pairs('初审')).toBeUndefined()
})
