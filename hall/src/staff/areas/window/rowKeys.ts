/** J, K and the arrows move along the links of a list that are marked `data-row`; Enter opens, as of any link. */
import { onMounted, onUnmounted, type Ref } from 'vue'

const STEPS: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }

export function useRowKeys(list: Ref<HTMLElement | undefined>): void {
  function move(event: KeyboardEvent): void {
    const step = STEPS[event.key]
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
    const rows = [...(list.value?.querySelectorAll<HTMLElement>('a[data-row]') ?? [])]
    if (!rows.length) return
    event.preventDefault()
    const here = rows.findIndex((row) => row === document.activeElement)
    const to = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1)
    rows[to]!.focus()
  }
  onMounted(() => window.addEventListener('keydown', move))
  onUnmounted(() => window.removeEventListener('keydown', move))
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, select, textarea, [contenteditable], [role=dialog]') !== null
