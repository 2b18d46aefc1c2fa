/**
 * How a request travels: one that the network loses is sent again, under the same Idempotency-Key, so that nothing is
 * sent twice. Guarantees: what is repeated is a read, or names the key or the version that makes a repetition harmless.
 */
import { reactive } from 'vue'
import { Offline } from './problem'

const PAUSES_MS = [400, 1000, 2000, 4000, 8000]
const UNAVAILABLE = 503

/** What the banner on every page shows. */
export const network = reactive({ trouble: false })

const harmlessAgain = (request: Request) =>
  request.method === 'GET' || request.headers.has('Idempotency-Key') || request.headers.has('If-Match')

/** fetch that outlasts a network that goes away for some seconds. Throws Offline when it does not come back. */
export async function steadyFetch(request: Request): Promise<Response> {
  for (const pause of PAUSES_MS) {
    const response = await attempt(request)
    if (response && response.status !== UNAVAILABLE) return response
    if (response && !harmlessAgain(request)) return response
    network.trouble = true
    if (!harmlessAgain(request)) throw new Offline()
    await passed(pause)
  }
  const last = await attempt(request)
  if (!last) throw new Offline()
  return last
}

/** undefined: it may or may not have arrived. */
async function attempt(request: Request): Promise<Response | undefined> {
  try {
    const response = await fetch(request.clone())
    network.trouble = false
    return response
  } catch (failure) {
    if (request.signal.aborted) throw failure
    return undefined
  }
}

/** So long, or until the browser says that it is connected again. */
function passed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    window.addEventListener('online', done)
    function done() {
      clearTimeout(timer)
      window.removeEventListener('online', done)
      resolve()
    }
  })
}

const hex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** The W3C trace in which everything that follows from a request can be found again. */
export const newTrace = (): string => `00-${hex(16)}-${hex(8)}-01`

/** A key for one intention of the user: kept until the hall has answered it. */
export const newKey = (): string => crypto.randomUUID()
