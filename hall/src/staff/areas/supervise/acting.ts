/** What this person may do with what is shown, and how an act travels. */
import { watch } from 'vue'
import type { Form } from '@/kit/sending'
import { useSession } from '@/kit/session'

/** If-Match for a thing whose version stands in it. */
export const tag = (version: number): string => `"${version}"`

/** Somebody else was faster: what is shown is read again, the form stays open with the hall's words. */
export function reloadWhenStale(form: Pick<Form<object>, 'problem'>, reload: () => unknown): void {
  watch(
    () => form.problem,
    (problem) => problem?.stale && void reload(),
  )
}

export function useDuties() {
  const session = useSession()
  const serves = (department: string | null | undefined) =>
    Boolean(department && session.person?.departments.includes(department))
  return {
    has: session.has,
    serves,
    /** Sees every department. */
    oversees: session.has('supervisor', 'leader'),
    /** Holds one of the roles, and works for the department. */
    of: (department: string | null | undefined, ...roles: string[]) => session.has(...roles) && serves(department),
  }
}
