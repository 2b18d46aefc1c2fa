// Loaded before a department's example in Node.js: it is killed at the step that DIE_AT names, as `kill -9` does it.
// `uncommitted`: in the middle of writing the line.

import fs from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const { Ledger } = await import(pathToFileURL(`${process.cwd()}/ledger.js`))
const { ConfirmChannel } = createRequire(`${process.cwd()}/department.js`)('amqplib/lib/channel_model')
const die = () => process.kill(process.pid, 'SIGKILL')

function dies(step, object, name, change) {
  if (process.env.DIE_AT !== step) return
  const whole = object[name]
  object[name] = function (...args) {
    return change.call(this, (...changed) => whole.apply(this, changed), ...args)
  }
}

dies('uncommitted', fs, 'writeSync', (write, file, line) => {
  write(file, Buffer.from(line).subarray(0, 40))
  die()
})
dies('unacknowledged', Ledger.prototype, 'takeIn', (takeIn, event) => {
  takeIn(event)
  die()
})
dies('unpublished', ConfirmChannel.prototype, 'publish', die)
dies('unforgotten', Ledger.prototype, 'forget', die)
