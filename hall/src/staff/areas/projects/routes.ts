import type { Area } from '@/kit/areas'

const READING = ['window_clerk', 'supervisor', 'leader', 'centre_admin']

export const area: Area = {
  name: 'projects',
  label: { zh: '重大项目', en: 'Key projects' },
  order: 32,
  menu: [{ to: '/projects', label: { zh: '重大项目', en: 'Key projects' }, roles: READING }],
  routes: [
    {
      path: '/projects',
      component: () => import('./pages/ProjectsPage.vue'),
      meta: { title: { zh: '重大项目', en: 'Key projects' }, roles: READING },
    },
    {
      path: '/projects/new',
      component: () => import('./pages/RegisterPage.vue'),
      meta: { title: { zh: '登记重大项目', en: 'Register a key project' }, roles: ['centre_admin'] },
    },
    {
      path: '/projects/:number',
      component: () => import('./pages/ProjectPage.vue'),
      meta: { title: { zh: '重大项目', en: 'Key project' }, roles: READING },
    },
  ],
}
