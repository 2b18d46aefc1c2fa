/** The time in the hall; in a demonstration its clock may have been moved. */
import { onScopeDispose, ref } from 'vue'
import { settings } from '@/kit/settings'

const AGAIN_MS = 30_000

export function useClock() {
  const ahead = ref(0)
  const now = ref(new Date())

  async function compare(): Promise<void> {
    const { demonstration } = await settings()
    if (!demonstration) return
    const { now: told } = (await (await fetch('/intake/clock')).json()) as { now: string }
    ahead.value = new Date(told).getTime() - Date.now()
    now.value = new Date(told)
  }
  const quietly = () => void compare().catch(() => undefined) // the display says itself that the hall is not heard
  const tick = setInterval(() => (now.value = new Date(Date.now() + ahead.value)), 1000)
  const again = setInterval(quietly, AGAIN_MS)
  onScopeDispose(() => {
    clearInterval(tick)
    clearInterval(again)
  })
  quietly()
  return { now, ahead }
}
