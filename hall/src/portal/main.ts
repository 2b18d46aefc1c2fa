import { areasOf, siteRouter, type AreaFiles } from '@/kit/areas'
import { start } from '@/kit/start'
import type { WordingFiles } from '@/kit/words'
import PortalShell from './PortalShell.vue'
import { own } from './routes'

const areas = areasOf(import.meta.glob('./areas/*/routes.ts', { eager: true }) as AreaFiles)
const wording = import.meta.glob('./areas/*/wording/*.json') as WordingFiles

void start(PortalShell, wording, () => siteRouter('/', areas, own, wording))
