import type { Area } from '@/kit/areas'

const WORKING = ['section_officer', 'chief_representative']
const READING = [...WORKING, 'organ_head', 'supervisor']
const HEADS = ['organ_head', 'government_head']
const JOINT = ['window_clerk', ...WORKING, 'supervisor', 'leader', 'centre_admin']

export const area: Area = {
  name: 'review',
  label: { zh: '部门审查', en: 'Review' },
  order: 30,
  menu: [
    { to: '/reviews', label: { zh: '审查待办', en: 'Review queue' }, roles: READING },
    { to: '/extensions', label: { zh: '延期批准', en: 'Extensions' }, roles: HEADS },
    {
      to: '/joint',
      label: { zh: '联合办理', en: 'Joint cases' },
      roles: ['window_clerk', 'supervisor', 'centre_admin'],
    },
    { to: '/stand-ins', label: { zh: 'AB角', en: 'Stand-ins' }, roles: READING },
  ],
  routes: [
    {
      path: '/reviews',
      component: () => import('./pages/QueuePage.vue'),
      meta: { title: { zh: '审查待办', en: 'Review queue' }, roles: READING },
    },
    {
      path: '/reviews/:department/:id',
      component: () => import('./pages/ReviewPage.vue'),
      meta: { title: { zh: '办理审查', en: 'Review' }, roles: [...READING, 'government_head'] },
    },
    {
      path: '/extensions',
      component: () => import('./pages/ExtensionsPage.vue'),
      meta: { title: { zh: '延期批准', en: 'Extensions' }, roles: HEADS },
    },
    {
      path: '/stand-ins',
      component: () => import('./pages/StandInsPage.vue'),
      meta: { title: { zh: 'AB角', en: 'Stand-ins' }, roles: READING },
    },
    {
      path: '/joint',
      component: () => import('./pages/JointListPage.vue'),
      meta: {
        title: { zh: '联合办理', en: 'Joint cases' },
        roles: ['window_clerk', 'supervisor', 'centre_admin'],
      },
    },
    {
      path: '/joint/:number',
      component: () => import('./pages/JointPage.vue'),
      meta: { title: { zh: '联合办理', en: 'Joint case' }, roles: JOINT },
    },
  ],
}
