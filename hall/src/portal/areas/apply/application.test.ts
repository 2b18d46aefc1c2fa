import { describe, expect, it } from 'vitest'
import { askedFor, blank, fromDraft, missing, noFile, takingPart, toBody, toDraft, type Item } from './application'
import { allMistakes, mistakesOf, stepOf } from './checking'
import { unfit } from './uploading'

const FILE = `file-${'0'.repeat(32)}`
const item = {
  code: 'I1',
  name: '食品经营许可',
  situations: [
    { code: 'shop', name: '门店' },
    { code: 'kitchen', name: '厨房' },
  ],
  materials: [
    { code: '001', name: '申请书', originals: 1 },
    { code: '002', name: '布局图', originals: 1, situations: ['kitchen'] },
    { code: '003', name: '照片', originals: 1, required: false },
  ],
  stages: [
    {
      name: '审查',
      departments: ['market', 'fire'],
      conditions: [{ department: 'fire', situations: ['kitchen'] }],
    },
  ],
} as unknown as Item
const say = (key: string, named?: Record<string, unknown>) => [key, ...Object.values(named ?? {})].join(' ')

describe('an application', () => {
  it('asks for what the chosen situations ask for, of the departments that they bring in', () => {
    expect(askedFor(item, ['shop']).map(({ code }) => code)).toEqual(['001', '003'])
    expect(askedFor(item, ['kitchen']).map(({ code }) => code)).toEqual(['001', '002', '003'])
    expect(takingPart(item, ['shop'])).toEqual(['market'])
    expect(takingPart(item, ['kitchen'])).toEqual(['market', 'fire'])
  })

  it('lacks what is required and neither uploaded nor brought', () => {
    const values = { ...blank(), situations: ['kitchen'] }
    values.materials['001'] = { way: 'file', copies: 1, file_id: FILE, file_name: 'a.pdf' }
    values.materials['002'] = { way: 'file', copies: 1, ...noFile() }
    expect(missing(item, values).map(({ code }) => code)).toEqual(['002'])
    values.materials['002'] = { way: 'paper', copies: 2, ...noFile() }
    expect(missing(item, values)).toEqual([])
  })

  it('comes back from its draft as it was left', () => {
    const values = { ...blank('张小梅', 'en'), situations: ['shop'], represented: true, as_is: true }
    values.agent = { ...values.agent, name: '李强', mandate_file: { file_id: FILE, file_name: '委托书.pdf' } }
    values.materials['003'] = { way: 'paper', copies: 3, ...noFile() }
    values.materials['001'] = { way: 'file', copies: 1, ...noFile() }
    const draft = toDraft('I1', values)
    expect(fromDraft(draft, { [FILE]: '委托书.pdf' })).toEqual(values)
    expect(toDraft('I1', fromDraft(draft))).toEqual(draft)
  })

  it('is handed in with what is asked for, and nothing of another situation', () => {
    const values = { ...blank('张小梅'), situations: ['shop'] }
    values.materials['001'] = { way: 'file', copies: 1, file_id: FILE, file_name: 'a.pdf' }
    values.materials['002'] = { way: 'paper', copies: 2, ...noFile() }
    const body = toBody(item, values, 'draft-1')
    expect(body.materials).toEqual([{ code: '001', copies: 1, file_id: FILE }])
    expect([body.draft_id, body.agent, body.renews, body.applicant.email]).toEqual(['draft-1', null, null, null])
  })
})

describe('what is plainly wrong', () => {
  it('is told step by step, and all of it before handing in', () => {
    const values = blank()
    expect(Object.keys(mistakesOf('situations', item, values, say))).toEqual(['situations'])
    expect(Object.keys(mistakesOf('applicant', item, values, say))).toEqual([
      'applicant.name',
      'applicant.id_number',
      'applicant.phone',
    ])
    values.materials['001'] = { way: 'file', copies: 1, ...noFile() }
    values.materials['003'] = { way: 'paper', copies: 0, ...noFile() }
    expect(Object.keys(mistakesOf('materials', item, values, say))).toEqual(['materials.001', 'materials.003'])
    expect(Object.keys(allMistakes(item, values, say)).map(stepOf)).toEqual([
      'situations',
      ...Array<string>(3).fill('applicant'),
      'materials',
      'materials',
      'review',
    ])
  })

  it('is not a number in full-width characters, as Chinese input methods type them', () => {
    const values = blank('张小梅')
    Object.assign(values.applicant, { id_number: '３６０７２２１９８５０３１２４２２Ｘ', phone: '13800000001' })
    expect(mistakesOf('applicant', item, values, say)).toEqual({})
    values.organisation = true
    values.applicant.id_number = '91360722MA35K8XQ2'
    expect(mistakesOf('applicant', item, values, say)).toEqual({ 'applicant.id_number': 'apply.wrong.credit' })
  })

  it('is a file too large, empty, or of a kind that is not taken', () => {
    expect(unfit({ name: 'a.PDF', size: 1 })).toBeUndefined()
    expect(unfit({ name: 'a.exe', size: 1 })).toBe('kind')
    expect(unfit({ name: 'a.pdf', size: 0 })).toBe('empty')
    expect(unfit({ name: 'a.pdf', size: 20 * 1024 * 1024 + 1 })).toBe('large')
  })
})
