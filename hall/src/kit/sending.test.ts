import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { Offline, Problem } from './api/problem'
import { fieldOf, useForm } from './sending'

const form = (send: (values: { name: string }, key: string) => Promise<unknown>, keep = 'test') =>
  useForm({ initial: () => ({ name: '' }), keep, send, done: () => undefined })

describe('a form', () => {
  beforeEach(() => sessionStorage.clear())

  it('sends the same content under the same key until the hall has answered, across a reload too', async () => {
    const keys: string[] = []
    let answers = false
    const send = async (_values: unknown, key: string) => {
      keys.push(key)
      if (!answers) throw new Offline()
    }
    const first = form(send)
    first.values.name = '张小梅'
    await first.submit()
    await first.submit()
    const afterReload = form(send)
    expect(afterReload.values.name).toBe('张小梅')
    answers = true
    await afterReload.submit()
    expect(new Set(keys).size).toBe(1)
    await afterReload.submit()
    expect(new Set(keys).size).toBe(2)
  })

  it('takes another key for another content', async () => {
    const keys: string[] = []
    const found = form(async (_values, key) => {
      keys.push(key)
      throw new Offline()
    })
    found.values.name = 'a'
    await found.submit()
    found.values.name = 'b'
    await found.submit()
    expect(new Set(keys).size).toBe(2)
  })

  it('takes another key for another content after a reload too', async () => {
    const keys: string[] = []
    const send = async (_values: unknown, key: string) => {
      keys.push(key)
      throw new Offline()
    }
    const first = form(send)
    first.values.name = 'a'
    await first.submit()
    const afterReload = form(send)
    afterReload.values.name = 'b'
    await afterReload.submit()
    expect(new Set(keys).size).toBe(2)
  })

  it('keeps what was typed when it is refused, and names the fields', async () => {
    const errors = [{ in: 'body', pointer: '/applicant/id_number', message: '校验位不正确' }]
    const found = form(async () => {
      throw new Problem({ title: '填写的内容有误', detail: '', status: 422, code: 'invalid', errors })
    })
    found.values.name = '李强'
    expect(await found.submit()).toBe(false)
    await nextTick()
    expect(found.values.name).toBe('李强')
    expect(found.mistakes).toEqual([{ field: 'applicant.id_number', message: '校验位不正确' }])
    expect(found.refused).toBe(1)
  })
})

it('reads JSON Pointers', () => {
  expect(fieldOf('/materials/0/copies')).toBe('materials.0.copies')
  expect(fieldOf('/a~1b/c~0d')).toBe('a/b.c~d')
})
