import { siteRouter } from '@/kit/areas'
import { start } from '@/kit/start'
import type { WordingFiles } from '@/kit/words'
import ScreenPage from './ScreenPage.vue'

const wording = import.meta.glob('/src/screen/wording/*.json') as WordingFiles
const meta = { title: { zh: '大厅显示屏', en: 'Screen' }, area: 'screen' }

void start(ScreenPage, wording, () => siteRouter('/screen', [], [{ path: '/', component: ScreenPage, meta }], wording))
