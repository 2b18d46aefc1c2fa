// A department's own system: it hears the hall by its queue, and answers with the same words.
//
//     AMQP_URL=amqp://dept.fire:secret@broker/%2F node department.js
//
// Needs Node.js 20, `npm ci`, and the files beside it. It may be killed at any moment. Copy it: yours to write are
// `takeEffect` and `opinionOn`. The settings stand in the guide.

import amqp from 'amqplib'
import { HALL_URL, readPage } from './feed.js'
import { Ledger, readEvent } from './ledger.js'

const DEPARTMENT = process.env.DEPARTMENT ?? 'fire'
const STORE = process.env.STORE ?? `${DEPARTMENT}.jsonl`
const CHECK_SECONDS = Number(process.env.CHECK_SECONDS ?? 60)
const EXCHANGE = 'yimen.events'
const QUEUE = `dept.${DEPARTMENT}`
const BINDINGS = [`*.review.*.${DEPARTMENT}`, `fees.list.*.${DEPARTMENT}`, `monitor.*.*.${DEPARTMENT}`]
const SYSTEM = { id: `system-${DEPARTMENT}`, name: '业务系统' }

const [REQUESTED, RECEIVED, ANSWERED] = [0, 1, 2]
const STATES = {
  'intake.review.requested': REQUESTED,
  'approval.review.received': RECEIVED,
  'approval.review.decided': ANSWERED,
  'intake.review.deemed_consented': ANSWERED,
  'intake.review.cancelled': ANSWERED,
}
const reviews = new Map()

// YOURS TO WRITE: what an event changes here. A type that you do not know is no fault, and counts as handled.
// Words on a review come from two sources, so in any order, and our own twice: a state never goes back.
function takeEffect({ type, data }) {
  const state = STATES[type.replace(/\.v\d+$/, '')]
  if (state === undefined) return
  const { review_id, case_number, item_name } = data
  const known = reviews.get(review_id) ?? { review_id, case_number, state: REQUESTED }
  reviews.set(review_id, { ...known, item: known.item ?? item_name, state: Math.max(known.state, state) })
}

// YOURS TO WRITE: what your officials decided, null while they have not. A refusal needs its reasons (R43).
function opinionOn(_review) {
  return { opinion: 'consent', reasons: '符合消防安全要求', legal_basis: '《中华人民共和国消防法》' }
}

// Signs for what is new, and answers what was decided.
function work(ledger) {
  for (const review of [...reviews.values()].filter(({ item, state }) => item && state < ANSWERED)) {
    const now = new Date().toISOString()
    if (review.state === REQUESTED) ledger.say('received', review, { signed_by: SYSTEM, received_at: now })
    const opinion = opinionOn(review)
    if (opinion) ledger.say('decided', review, { ...opinion, decided_by: SYSTEM, decided_at: now })
  }
}

// -- how it travels

function hear(ledger, { properties, content }) {
  const headers = properties.headers ?? {}
  let event
  try {
    const found = Object.entries(headers).map(([name, value]) => [name.replace(/^cloudEvents_/, ''), value])
    event = readEvent(Object.fromEntries(found), JSON.parse(content.toString('utf8')))
  } catch (wrong) {
    console.log(`unreadable: ${wrong.message}`)
    ledger.keepUnreadable(content, headers, wrong.message)
    return
  }
  ledger.takeIn(event)
}

// One page of the feed. True at its end: whatever the hall had told until now is known here.
async function catchUp(ledger) {
  const { events, cursor } = await readPage(DEPARTMENT, ledger.cursor)
  for (const event of events) ledger.takeIn(readEvent(event, event.data))
  ledger.goOnAt(cursor)
  return events.length === 0
}

// In order, and each confirmed before it is forgotten. What was not confirmed is sent again as it was.
async function publish(channel, ledger, returned) {
  for (const word of ledger.words) {
    const named = Object.entries(word.attributes).map(([name, value]) => [`cloudEvents_${name}`, value])
    const headers = Object.fromEntries(named)
    const options = { contentType: 'application/json', persistent: true, mandatory: true, headers }
    const body = Buffer.from(JSON.stringify(word.data))
    await new Promise((confirmed, refused) =>
      channel.publish(EXCHANGE, word.key, body, options, (error) => (error ? refused(error) : confirmed())),
    )
    if (returned.has(headers.cloudEvents_id)) throw new Error(`nobody follows ${word.key}`)
    ledger.forget(word)
  }
}

// The operators declare the queues, and we may not. On a broker of our own, to try it, nobody did: then we may.
async function declare(connection) {
  const probe = await connection.createChannel()
  probe.on('error', () => {}) // what is missing closes the channel
  const stands = await probe.checkQueue(QUEUE).then(() => probe.close()).then(() => true, () => false)
  if (stands) return
  const channel = await connection.createChannel()
  await channel.assertQueue(`${QUEUE}.parked`, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  const limits = {
    'x-queue-type': 'quorum',
    'x-delivery-limit': 20, // what kills us each time ends in the other queue, and is not lost
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': `${QUEUE}.parked`,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  }
  await channel.assertQueue(QUEUE, { durable: true, arguments: limits })
  await channel.close()
}

// At the feed, at the start and every CHECK_SECONDS. `knowsAll`: it was once read to its end.
const look = {
  knowsAll: !HALL_URL,
  next: 0,
  async ifDue(ledger) {
    if (!HALL_URL || performance.now() < this.next) return
    let atEnd = true
    try {
      atEnd = await catchUp(ledger)
      this.knowsAll ||= atEnd
    } catch (failed) {
      console.log(`no feed: ${failed}`)
    }
    this.next = atEnd ? performance.now() + CHECK_SECONDS * 1000 : 0
  },
}

// Until the connection ends. Nothing is said before the feed was read to its end: only then are our numbers sure.
async function serve(ledger) {
  const connection = await amqp.connect(process.env.AMQP_URL, { heartbeat: 10 })
  let over = false
  let wake = () => {}
  const end = (why) => {
    if (!over) console.log(`session over: ${why ?? 'closed'}`)
    over = true
    wake()
  }
  connection.on('error', end).on('close', end)
  try {
    await declare(connection)
    const channel = await connection.createConfirmChannel()
    const returned = new Set() // a confirm follows all the same
    channel.on('error', end).on('close', end)
    channel.on('return', ({ properties }) => returned.add(properties.headers.cloudEvents_id))
    await channel.prefetch(50)
    for (const binding of BINDINGS) await channel.bindQueue(QUEUE, EXCHANGE, binding)
    await channel.consume(QUEUE, (message) => {
      if (message === null) return end('the broker cancelled the consumer')
      hear(ledger, message)
      channel.ack(message)
      wake()
    })
    console.log(`${QUEUE} is served`)
    while (!over) {
      await look.ifDue(ledger)
      if (look.knowsAll) {
        work(ledger)
        await publish(channel, ledger, returned)
      }
      if (!over) await new Promise((resolve) => { wake = resolve; setTimeout(resolve, 1000) })
    }
  } finally {
    await connection.close().catch(() => {})
  }
}

const ledger = new Ledger(STORE, DEPARTMENT, takeEffect)
for (;;) {
  await serve(ledger).catch((lost) => console.log(`no session: ${lost}`))
  await new Promise((resolve) => setTimeout(resolve, 2000))
}
