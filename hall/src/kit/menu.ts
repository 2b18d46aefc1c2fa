/** The menu that this person sees: an area without an entry for them is not in it. */
import type { Area } from './areas'
import type { MenuGroup } from './components/AppShell.vue'

export function menuFor(areas: Area[], has: (...roles: string[]) => boolean): MenuGroup[] {
  return areas
    .map(({ label, menu }) => ({
      label,
      entries: menu.filter(({ roles }) => !roles || roles.length === 0 || has(...roles)),
    }))
    .filter(({ entries }) => entries.length)
}
