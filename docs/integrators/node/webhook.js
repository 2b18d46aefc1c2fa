// Takes what the hall's webhooks bring: verified first, then kept, then answered; the work comes afterwards.
//
//     WEBHOOK_SECRET=whsec_… node webhook.js
//
// Needs Node.js 20 and ledger.js beside it, no package. In front of it stands what ends TLS. Answers are given by the hall's
// HTTP interface, or by the queue as in department.js.

import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { pathToFileURL } from 'node:url'
import { Ledger, readEvent } from './ledger.js'

const TOLERANCE_SECONDS = 300
const MOST_BYTES = 512 * 1024

// The event, from the bytes as they came. Throws for what is not the hall's, was altered, or is too old. While a key is
// changed there are two signatures, and either will do.
export function readDelivery(secret, headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (!id || !signatures || !(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS)) {
    throw new Error('not signed, or not now')
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const meant = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
  const given = signatures.split(' ').map((one) => one.split(','))
  const fits = ([version, text]) => {
    const found = Buffer.from(text ?? '', 'base64')
    return version === 'v1' && found.length === meant.length && timingSafeEqual(found, meant)
  }
  if (!given.some(fits)) throw new Error('not signed by the hall')
  return JSON.parse(body.toString('utf8'))
}

// YOURS TO WRITE: what an event changes here.
function takeEffect({ type, subject, sequence }) {
  console.log(`${type} ${subject} ${sequence}`)
}

async function bytesOf(request) {
  const parts = []
  let size = 0
  for await (const part of request) {
    if ((size += part.length) > MOST_BYTES) throw new Error('too long')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function serve() {
  const ledger = new Ledger(process.env.STORE ?? 'webhook.jsonl', process.env.DEPARTMENT ?? 'fire', takeEffect)
  const server = createServer(async (request, response) => {
    let event
    try {
      event = readDelivery(process.env.WEBHOOK_SECRET, request.headers, await bytesOf(request))
    } catch {
      response.writeHead(401).end()
      return
    }
    ledger.takeIn(readEvent(event, event.data))
    response.writeHead(204).end()
  })
  server.listen(Number(process.env.PORT ?? 8090), '127.0.0.1')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) serve()
