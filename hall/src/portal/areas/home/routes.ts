import type { Area } from '@/kit/areas'

export const area: Area = {
  name: 'home',
  label: { zh: '大厅', en: 'The hall' },
  order: 0,
  menu: [{ to: '/', label: { zh: '首页', en: 'Start' } }],
  routes: [
    { path: '/', component: () => import('./pages/HomePage.vue'), meta: { title: { zh: '首页', en: 'Start' } } },
  ],
}
