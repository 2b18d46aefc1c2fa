/** Pages that turn by themselves: what does not fit beside each other is shown one after the other. */
import { computed, onScopeDispose, ref } from 'vue'

export function slices<T>(all: T[], size: number): T[][] {
  const found: T[][] = []
  for (let start = 0; start < all.length; start += size) found.push(all.slice(start, start + size))
  return found
}

/** `count`: how many pages there are now. Who wants no motion turns them by hand. */
export function useTurning(count: () => number, seconds: number, paused: () => boolean) {
  const turns = ref(0)
  const page = computed(() => (count() ? ((turns.value % count()) + count()) % count() : 0))
  const turn = (by: number) => (turns.value = page.value + by)
  const timer = setInterval(() => {
    if (!paused() && count() > 1) turn(1)
  }, seconds * 1000)
  onScopeDispose(() => clearInterval(timer))
  return { page, turn }
}
