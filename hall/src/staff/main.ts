import { areasOf, siteRouter, type AreaFiles } from '@/kit/areas'
import { start } from '@/kit/start'
import { standing } from '@/kit/standing'
import type { WordingFiles } from '@/kit/words'
import StaffShell from './StaffShell.vue'

const areas = areasOf(import.meta.glob('./areas/*/routes.ts', { eager: true }) as AreaFiles)
const wording = import.meta.glob('./areas/*/wording/*.json') as WordingFiles

void start(StaffShell, wording, () => siteRouter('/staff/', areas, standing, wording))
