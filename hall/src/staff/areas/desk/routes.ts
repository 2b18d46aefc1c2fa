import type { Area } from '@/kit/areas'

export const area: Area = {
  name: 'desk',
  label: { zh: '我的工作', en: 'My work' },
  order: 0,
  menu: [{ to: '/', label: { zh: '工作台', en: 'Desk' } }],
  routes: [
    {
      path: '/',
      component: () => import('./pages/DeskPage.vue'),
      meta: { title: { zh: '工作台', en: 'Desk' }, roles: [] },
    },
  ],
}
