import type { Area } from '@/kit/areas'
import { LETTER_ROLES } from './roles'

export const area: Area = {
  name: 'desk',
  label: { zh: '我的工作', en: 'My work' },
  order: 0,
  menu: [
    { to: '/', label: { zh: '工作台', en: 'Desk' } },
    { to: '/letters', label: { zh: '站内信', en: 'Letters' }, roles: LETTER_ROLES },
  ],
  routes: [
    {
      path: '/',
      component: () => import('./pages/DeskPage.vue'),
      meta: { title: { zh: '工作台', en: 'Desk' }, roles: [] },
    },
    {
      path: '/letters',
      component: () => import('./pages/LettersPage.vue'),
      meta: { title: { zh: '站内信', en: 'Letters' }, roles: LETTER_ROLES },
    },
  ],
}
