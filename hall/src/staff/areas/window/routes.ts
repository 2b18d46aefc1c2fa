import type { Area } from '@/kit/areas'

const READERS = [
  ...['window_clerk', 'section_officer', 'chief_representative'],
  ...['supervisor', 'leader', 'centre_admin'],
]
const QUEUE = ['window_clerk', 'supervisor', 'centre_admin']
const LEDGERS = ['window_clerk', 'chief_representative', 'supervisor', 'leader', 'centre_admin']

export const area: Area = {
  name: 'window',
  label: { zh: '窗口', en: 'Window' },
  order: 10,
  menu: [
    { to: '/window', label: { zh: '受理队列', en: 'Queue' }, roles: QUEUE },
    { to: '/window/apply', label: { zh: '代为收件', en: 'Take an application' }, roles: ['window_clerk'] },
    { to: '/ledgers', label: { zh: '台账', en: 'Ledgers' }, roles: LEDGERS },
    { to: '/tablets', label: { zh: '窗口评价', en: 'Ratings' }, roles: ['window_clerk'] },
  ],
  routes: [
    {
      path: '/window',
      component: () => import('./pages/QueuePage.vue'),
      meta: { title: { zh: '受理队列', en: 'Queue at the window' }, roles: QUEUE },
    },
    {
      path: '/window/apply',
      component: () => import('./pages/ApplyPage.vue'),
      meta: { title: { zh: '代为收件', en: 'Take an application' }, roles: ['window_clerk'] },
    },
    {
      path: '/cases/:number',
      component: () => import('./pages/CasePage.vue'),
      props: true,
      meta: { title: { zh: '办件', en: 'Case' }, roles: READERS },
    },
    {
      path: '/ledgers',
      component: () => import('./pages/LedgersPage.vue'),
      meta: { title: { zh: '台账', en: 'Ledgers' }, roles: LEDGERS },
    },
    {
      path: '/tablets',
      component: () => import('./pages/TabletsPage.vue'),
      meta: { title: { zh: '窗口评价', en: 'Ratings at the window' }, roles: ['window_clerk'] },
    },
  ],
}
