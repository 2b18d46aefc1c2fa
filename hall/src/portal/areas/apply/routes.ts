import type { Area } from '@/kit/areas'

const citizen = ['citizen']

export const area: Area = {
  name: 'apply',
  label: { zh: '我要办', en: 'My applications' },
  order: 20,
  menu: [
    { to: '/cases', label: { zh: '查进度', en: 'Follow a case' } },
    { to: '/my', label: { zh: '我的办件', en: 'My cases' }, roles: citizen },
    { to: '/drafts', label: { zh: '草稿', en: 'Drafts' }, roles: citizen },
    { to: '/letters', label: { zh: '通知', en: 'Letters' }, roles: citizen },
    { to: '/my-licences', label: { zh: '我的证照', en: 'My licences' }, roles: citizen },
  ],
  routes: [
    {
      path: '/apply/:code',
      component: () => import('./pages/ApplyPage.vue'),
      props: true,
      meta: { title: { zh: '提交申请', en: 'Apply' }, roles: citizen },
    },
    {
      path: '/drafts',
      component: () => import('./pages/DraftsPage.vue'),
      meta: { title: { zh: '草稿', en: 'Drafts' }, roles: citizen },
    },
    {
      path: '/my',
      component: () => import('./pages/MyCasesPage.vue'),
      meta: { title: { zh: '我的办件', en: 'My cases' }, roles: citizen },
    },
    {
      path: '/cases',
      component: () => import('./pages/FollowPage.vue'),
      meta: { title: { zh: '查进度', en: 'Follow a case' } },
    },
    {
      path: '/cases/:number',
      component: () => import('./pages/CasePage.vue'),
      props: true,
      meta: { title: { zh: '办件进度', en: 'Case' } },
    },
    {
      path: '/cases/:number/handed-in',
      component: () => import('./pages/HandedInPage.vue'),
      props: true,
      meta: { title: { zh: '申请已提交', en: 'Handed in' }, roles: citizen },
    },
    {
      path: '/letters',
      component: () => import('./pages/LettersPage.vue'),
      meta: { title: { zh: '通知', en: 'Letters' }, roles: citizen },
    },
    {
      path: '/my-licences',
      component: () => import('./pages/LicencesPage.vue'),
      meta: { title: { zh: '我的证照', en: 'My licences' }, roles: citizen },
    },
  ],
}
