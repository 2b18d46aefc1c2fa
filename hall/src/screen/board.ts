/**
 * What the display knows, asked again and again: an answer that still holds is not sent twice (ETag, the browser's own
 * cache). Guarantees: what was heard last stays on the screen when the hall is not heard any more, and since when it is not.
 */
import { onScopeDispose, ref, shallowRef } from 'vue'
import type { components as IntakeParts } from '@/generated/intake'
import type { components as MonitorParts } from '@/generated/monitor'
import { ask, intake, monitor } from '@/kit/api'
import { network } from '@/kit/api/network'
import { usePolling } from '@/kit/live'

export interface Shown {
  board: MonitorParts['schemas']['Board']
  announcements: IntakeParts['schemas']['AnnouncementView'][]
  results: IntakeParts['schemas']['Result'][]
}

const EVERY_SECONDS = 10
const MOST = 20

async function read(): Promise<Shown> {
  const params = { params: { query: { limit: MOST } } }
  const [board, announcements, results] = await Promise.all([
    ask(monitor.GET('/statistics/board')),
    ask(intake.GET('/announcements', params)),
    ask(intake.GET('/results', params)),
  ])
  return { board, announcements: announcements.items, results: results.items }
}

export function useBoard() {
  const shown = shallowRef<Shown>()
  const heard = ref<Date>()
  const lost = ref(false)
  let asking = false

  async function again(): Promise<void> {
    if (asking) return
    asking = true
    try {
      shown.value = await read()
      heard.value = new Date()
      lost.value = false
    } catch {
      lost.value = true
    } finally {
      asking = false
    }
  }

  const cut = () => (lost.value = true)
  const back = () => void again()
  window.addEventListener('offline', cut)
  window.addEventListener('online', back)
  onScopeDispose(() => {
    window.removeEventListener('offline', cut)
    window.removeEventListener('online', back)
  })
  void again()
  usePolling(again, EVERY_SECONDS)
  return { shown, heard, lost, network }
}
