import { expect, test } from 'vitest'
import { contentOf, draftOf, hundredths, newDraft, type Item } from './draft'

const ITEM: Item = {
  code: '11450721000000158G4450131902000',
  name: '食品经营许可',
  department: 'market',
  organ: '市场监督管理局',
  kind: 'committed',
  statutory_days: 10,
  statutory_text: '10个工作日',
  promised_days: 6,
  promised_text: '6个工作日',
  materials: [
    { code: '001', name: '申请书', required: true, originals: 1, copies: 0, situations: [], deferrable: false },
  ],
  fees: [
    {
      code: 'F1',
      name: '工本费',
      unit: '件',
      price: 1205,
      basis: '某文件',
      calculator: 'area',
      grades: [{ code: 'A', name: '一级', price: 1205 }],
    },
  ],
  free: false,
  stages: [{ name: '审查', departments: ['market'], limit_days: 6, silence_consents: false, conditions: [] }],
  licence: { name: '食品经营许可证', valid_years: 5 },
  disclosures: { content: '一', basis: '二', conditions: '三', procedure: '四', limit: '五', fee: '六' },
  quantity: '无数量限制',
  legal_basis: '食品安全法',
  effective_from: '2026-01-01',
  version: 3,
  situations: [],
  channels: ['web', 'window'],
  safety: true,
  inspection: false,
  lead_may_override: false,
}

test('what was published comes back from the form as it went in', () => {
  expect(contentOf(draftOf(ITEM))).toEqual(ITEM)
})

test('the next version carries its number', () => {
  expect(contentOf(draftOf(ITEM, 4)).version).toBe(4)
})

test('what is left empty is left out, and what is no number is not made one', () => {
  const content = contentOf({ ...newDraft('fire'), statutory_days: '', promised_days: '3天' })
  expect(content).not.toHaveProperty('statutory_days')
  expect(content).not.toHaveProperty('licence')
  expect(content.promised_days).toBe('3天')
  expect(content.fees).toEqual([])
})

test.each([
  ['12', 1200],
  ['12.3', 1230],
  ['0.05', 5],
  ['', undefined],
  ['12.345', '12.345'],
  ['-1', '-1'],
])('%s yuan', (text, fen) => {
  expect(hundredths(text)).toBe(fen)
})
