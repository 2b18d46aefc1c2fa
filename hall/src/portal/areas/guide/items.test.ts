import { describe, expect, it } from 'vitest'
import { matching, materialsFor, stagesFor, type Item, type Summary } from './items'

const summary = (name: string, department: string, kind: Summary['kind']): Summary => ({
  code: `code-${name}`,
  name,
  department,
  department_name: `${department}局`,
  kind,
  promised_days: 5,
  statutory_days: 20,
  charges: false,
  version: 1,
})

describe('matching', () => {
  const items = [summary('食品经营许可', 'market', 'committed'), summary('公共场所卫生许可', 'health', 'instant')]
  const wanted = (words: string, department = '', kind = '') =>
    matching(items, { words, department, kind }).map((item) => item.name)

  it('finds all of it where nothing is asked', () => expect(wanted('')).toHaveLength(2))
  it('needs every word, wherever it stands', () => {
    expect(wanted('许可 食品')).toEqual(['食品经营许可'])
    expect(wanted('许可 health')).toEqual(['公共场所卫生许可'])
    expect(wanted('食品 卫生')).toEqual([])
  })
  it('narrows by department and kind', () => {
    expect(wanted('', 'health')).toEqual(['公共场所卫生许可'])
    expect(wanted('', 'health', 'committed')).toEqual([])
  })
})

describe('a situation', () => {
  const material = (code: string, situations: string[]) => ({
    code,
    name: code,
    required: true,
    originals: 1,
    copies: 0,
    situations,
  })
  const item = {
    materials: [material('form', []), material('deed', ['bought']), material('will', ['inherited'])],
    stages: [
      {
        name: '审查',
        departments: ['planning', 'fire'],
        limit_days: 5,
        conditions: [{ department: 'fire', situations: ['bought'] }],
      },
      {
        name: '会审',
        departments: ['fire'],
        limit_days: 5,
        conditions: [{ department: 'fire', situations: ['bought'] }],
      },
    ],
  } as unknown as Item

  it('asks for what belongs to it and to everybody', () => {
    expect(materialsFor(item, ['inherited']).map((one) => one.code)).toEqual(['form', 'will'])
    expect(materialsFor(item, ['inherited', 'bought'])).toHaveLength(3)
  })
  it('shows everything until one is chosen', () => expect(materialsFor(item, [])).toHaveLength(3))
  it('leaves out who takes no part, and steps in which nobody does', () => {
    expect(stagesFor(item, ['inherited'])).toMatchObject([{ name: '审查', departments: ['planning'] }])
    expect(stagesFor(item, ['bought'])).toHaveLength(2)
  })
})
