/** What stands behind a number and its query password. A wrong password is let go, so that another can be typed. */
import { computed, ref } from 'vue'
import { useRoute } from 'vue-router'
import { heldPassword, letPasswordGo } from '@/kit/held'
import type { Seen } from '@/kit/api'
import { useOne } from '@/kit/seeing'

const NOT_FOUND = 404

/** `read` is called with the password that is held; nothing is asked while none is. */
export function useBehind<T>(number: string, read: (password: string) => Promise<Seen<T>>) {
  const route = useRoute()
  const password = ref(heldPassword(number))
  const source = useOne<T | undefined>(
    () => (password.value ? read(password.value) : Promise.resolve({ value: undefined, version: '' })),
    () => password.value,
  )
  const refused = computed(() => source.problem?.status === NOT_FOUND)

  function opened(): void {
    const typed = heldPassword(number)
    if (typed === password.value) void source.reload()
    password.value = typed
  }

  /** Another try. */
  function close(): void {
    letPasswordGo(number)
    password.value = ''
  }

  /** Just handed in: the number and password are to be written down. */
  const fresh = computed(() => route.query.new !== undefined && Boolean(password.value) && !refused.value)
  return { source, password, refused, fresh, opened, close }
}
