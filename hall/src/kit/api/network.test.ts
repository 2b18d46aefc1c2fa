import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { network, newTrace, steadyFetch } from './network'
import { Offline } from './problem'

const url = 'http://hall.test/intake/applications'
const create = () => new Request(url, { method: 'POST', body: '{"a":1}', headers: { 'Idempotency-Key': 'k1' } })

it('begins a trace of its own, as W3C writes it', () => {
  const [one, other] = [newTrace(), newTrace()]
  expect(one).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  expect(one).not.toBe(other)
})

describe('a request', () => {
  const sent: Request[] = []
  let answers: (Response | Error)[] = []

  beforeEach(() => {
    vi.useFakeTimers()
    sent.length = 0
    vi.stubGlobal('fetch', async (request: Request) => {
      sent.push(request)
      const answer = answers.shift() ?? new TypeError('no network')
      if (answer instanceof Error) throw answer
      return answer
    })
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('that the network loses is sent again, the same under the same key', async () => {
    answers = [new TypeError('cut'), new Response('{}', { status: 503 }), new Response('{}', { status: 201 })]
    const coming = steadyFetch(create())
    await vi.runAllTimersAsync()
    expect((await coming).status).toBe(201)
    expect(sent.map((one) => one.headers.get('Idempotency-Key'))).toEqual(['k1', 'k1', 'k1'])
    expect(await Promise.all(sent.map((one) => one.text()))).toEqual(['{"a":1}', '{"a":1}', '{"a":1}'])
    expect(network.trouble).toBe(false)
  })

  it('without a key or a version is not sent a second time', async () => {
    answers = []
    await expect(steadyFetch(new Request(url, { method: 'POST' }))).rejects.toBeInstanceOf(Offline)
    expect(sent).toHaveLength(1)
  })

  it('gives up in the end, and the page says that there is no network', async () => {
    answers = []
    const coming = expect(steadyFetch(new Request(url))).rejects.toBeInstanceOf(Offline)
    await vi.runAllTimersAsync()
    await coming
    expect(network.trouble).toBe(true)
  })

  it('goes on at once when the browser is connected again', async () => {
    answers = [new TypeError('cut'), new Response('{}')]
    const coming = steadyFetch(create())
    await vi.advanceTimersByTimeAsync(0)
    window.dispatchEvent(new Event('online'))
    expect((await coming).status).toBe(200)
  })

  it('that the hall refused is refused', async () => {
    answers = [new Response('{}', { status: 422 })]
    expect((await steadyFetch(create())).status).toBe(422)
    expect(sent).toHaveLength(1)
  })
})
