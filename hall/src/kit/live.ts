/**
 * What changes under the eye. Staff follow the hall's live stream (server-sent events, resumed where it broke off);
 * where there is no stream to hear, a page asks again from time to time.
 */
import { createParser } from 'eventsource-parser'
import { onScopeDispose, ref } from 'vue'
import { useSession } from './session'

export interface HallEvent {
  id: string
  /** As on the bus: intake.case.accepted.v1 */
  type: string
  time: string
  subject: string
  correlationid?: string
  scope: string
  data: Record<string, unknown>
}

export interface Narrow {
  entities?: string[]
  departments?: string[]
  case_number?: string
}

const RETRY_MS = [1000, 2000, 5000, 10000, 30000]

/**
 * `heard` for each event, until the component goes; without an event where some were missed and gone. `connected` tells
 * whether anybody is listening now.
 */
export function useLive(narrow: Narrow, heard: (event?: HallEvent) => void) {
  const connected = ref(false)
  const stopped = new AbortController()
  onScopeDispose(() => stopped.abort())
  let last: string | undefined
  const session = useSession()

  async function listen(): Promise<void> {
    const query = new URLSearchParams()
    narrow.entities?.forEach((entity) => query.append('entities', entity))
    narrow.departments?.forEach((department) => query.append('departments', department))
    if (narrow.case_number) query.set('case_number', narrow.case_number)
    const headers: Record<string, string> = { Accept: 'text/event-stream', Authorization: `Bearer ${session.token}` }
    if (last) headers['Last-Event-ID'] = last
    const answer = await fetch(`/notify/stream?${query}`, { headers, signal: stopped.signal })
    if (!answer.ok || !answer.body) throw new Error(`the stream answered ${answer.status}`)
    connected.value = true
    const parser = createParser({
      onEvent({ id, event, data }) {
        last = id ?? last
        if (event === 'missed') heard()
        else if (data) heard(JSON.parse(data) as HallEvent)
      },
    })
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) parser.feed(part.value)
  }

  async function keepListening(): Promise<void> {
    for (let failures = 0; !stopped.signal.aborted;) {
      try {
        if (session.token) await listen()
        failures = 0
      } catch {
        failures++ // a stream that breaks is taken up again where it was
      }
      connected.value = false
      await pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]!, stopped.signal)
    }
  }
  void keepListening()
  return { connected }
}

/** Asks again every so many seconds while the page is looked at. */
export function usePolling(again: () => unknown, seconds: number): void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void again()
  }, seconds * 1000)
  onScopeDispose(() => clearInterval(timer))
}

/** Many events at once are one reason to look again. */
export function settled(again: () => unknown, milliseconds = 400): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(again, milliseconds)
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
