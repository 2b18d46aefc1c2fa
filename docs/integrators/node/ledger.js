// What a department's own system keeps: one file to which lines are added, each a JSON object, each written whole and
// flushed before anything follows from it. At its start the program reads the lines again and stands where it stood.
//
// Guarantees: an event has its effect once, in the order of its subject. A word and its number are one line, and the number
// is never given twice. A line that a crash tore is the last, nothing followed from it, and it is cut off.
// One process at a time. A database does the same with less to read at the start; Node.js 20 brings none.

import { randomUUID } from 'node:crypto'
import fs from 'node:fs'

// The event. Throws for what nobody can read.
export function readEvent(attributes, data) {
  const { id, type, source, subject } = attributes
  const sequence = Number(attributes.sequence)
  if (![id, type, source, subject].every((one) => typeof one === 'string' && one)) throw new Error('missing or wrong')
  if (!Number.isSafeInteger(sequence) || sequence < 1) throw new Error('no count from 1')
  if (data === null || typeof data !== 'object' || Array.isArray(data)) throw new Error('no object as data')
  return { id, type, source, subject, sequence, data }
}

export class Ledger {
  #file
  #positions = new Map() // "source subject" → the last sequence handled
  #waiting = new Map() // "source subject" → Map of sequence → event that cannot be handled yet
  #said = new Map() // subject → our own last number
  #outbox = new Map() // id → word not confirmed yet

  // `takeEffect(event)` changes the caller's own state, and depends on nothing but that and the event.
  constructor(path, department, takeEffect) {
    Object.assign(this, { department, source: `/approval/${department}`, takeEffect, cursor: 0, unreadable: 0 })
    this.#file = fs.openSync(path, 'a+')
    const text = fs.readFileSync(path, 'utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    fs.ftruncateSync(this.#file, Buffer.byteLength(whole))
    for (const line of whole.split('\n')) if (line) this.#follow(JSON.parse(line))
  }

  #write(entry) {
    fs.writeSync(this.#file, JSON.stringify(entry) + '\n')
    fs.fsyncSync(this.#file)
    this.#follow(entry)
  }

  #follow({ heard, said, confirmed, cursor, unreadable }) {
    if (heard) this.#hear(heard)
    if (said) this.#keepWord(said)
    if (confirmed) this.#outbox.delete(confirmed)
    if (cursor) this.cursor = cursor
    if (unreadable) this.unreadable += 1
  }

  // -- what is heard

  // Kept when this returns; only then may the message be acknowledged. What cannot be handled yet (a lower number is
  // missing), or at all (a defect of ours), waits: only its own subject waits with it, and a newer program tries again.
  takeIn(event) {
    const place = `${event.source} ${event.subject}`
    const known = event.sequence <= (this.#positions.get(place) ?? 0) || this.#waiting.get(place)?.has(event.sequence)
    if (!known) this.#write({ heard: event })
  }

  #hear(event) {
    const place = `${event.source} ${event.subject}`
    const waiting = this.#waiting.get(place) ?? new Map()
    this.#waiting.set(place, waiting.set(event.sequence, event))
    for (let next; (next = waiting.get((this.#positions.get(place) ?? 0) + 1)); waiting.delete(next.sequence)) {
      try {
        this.takeEffect(next)
      } catch (defect) {
        console.log(`cannot handle ${next.type} ${next.subject} ${next.sequence}: ${defect}`)
        return
      }
      // Our own word, come back: after a restore or a take-over it is ahead of our count.
      if (next.source === this.source) this.#countUpTo(next.subject, next.sequence)
      this.#positions.set(place, next.sequence)
    }
  }

  keepUnreadable(body, headers, reason) {
    this.#write({ unreadable: { body: body.toString('base64'), headers, reason } })
  }

  goOnAt(cursor) {
    if (cursor !== this.cursor) this.#write({ cursor })
  }

  get positions() {
    return Object.fromEntries(this.#positions)
  }

  // -- what is said

  say(action, { review_id, case_number }, data) {
    const subject = `review/${review_id}`
    const attributes = {
      specversion: '1.0',
      id: randomUUID(),
      type: `approval.review.${action}.v1`,
      source: this.source,
      subject,
      sequence: String((this.#said.get(subject) ?? 0) + 1),
      scope: this.department,
      time: new Date().toISOString(),
      correlationid: case_number,
    }
    const key = `approval.review.${action}.${this.department}`
    this.#write({ said: { key, attributes, data: { review_id, department: this.department, case_number, ...data } } })
  }

  // What the word changes here is known from the word itself: `takeEffect` hears of it at once, and again when it comes
  // back by the queue.
  #keepWord(word) {
    const { id, type, source, subject, sequence } = word.attributes
    this.#outbox.set(id, word)
    this.#countUpTo(subject, Number(sequence))
    this.takeEffect({ id, type, source, subject, sequence: Number(sequence), data: word.data })
  }

  #countUpTo(subject, sequence) {
    this.#said.set(subject, Math.max(sequence, this.#said.get(subject) ?? 0))
  }

  get words() {
    return [...this.#outbox.values()]
  }

  // Only once the broker has confirmed it.
  forget(word) {
    this.#write({ confirmed: word.attributes.id })
  }
}
