import { siteRouter } from '@/kit/areas'
import { start } from '@/kit/start'
import ScreenPage from './ScreenPage.vue'

void start(ScreenPage, {}, () =>
  siteRouter(
    '/screen',
    [],
    [{ path: '/', component: ScreenPage, meta: { title: { zh: '大厅显示屏', en: 'Screen' } } }],
    {},
  ),
)
