import type { Area } from '@/kit/areas'

export const area: Area = {
  name: 'voice',
  label: { zh: '互动监督', en: 'Have your say' },
  order: 40,
  menu: [
    { to: '/consultations', label: { zh: '咨询', en: 'Questions' } },
    { to: '/complaints', label: { zh: '投诉', en: 'Complaints' } },
  ],
  routes: [
    {
      path: '/consultations',
      component: () => import('./pages/ConsultationsPage.vue'),
      meta: { title: { zh: '咨询', en: 'Questions' } },
    },
    {
      path: '/consultations/new',
      component: () => import('./pages/AskPage.vue'),
      meta: { title: { zh: '我要咨询', en: 'Ask a question' } },
    },
    {
      path: '/consultations/:number',
      component: () => import('./pages/ConsultationPage.vue'),
      props: true,
      meta: { title: { zh: '咨询进度', en: 'Your question' } },
    },
    {
      path: '/complaints',
      component: () => import('./pages/ComplaintsPage.vue'),
      meta: { title: { zh: '投诉', en: 'Complaints' } },
    },
    {
      path: '/complaints/new',
      component: () => import('./pages/ComplainPage.vue'),
      meta: { title: { zh: '我要投诉', en: 'Complain' } },
    },
    {
      path: '/complaints/:number',
      component: () => import('./pages/ComplaintPage.vue'),
      props: true,
      meta: { title: { zh: '投诉进度', en: 'Your complaint' } },
    },
    {
      path: '/rate/:number',
      component: () => import('./pages/RatePage.vue'),
      props: true,
      meta: { title: { zh: '评价', en: 'Rate' } },
    },
    {
      path: '/tablet/:ticket',
      component: () => import('./pages/TabletPage.vue'),
      props: true,
      meta: { title: { zh: '请您评价', en: 'Please rate' } },
    },
  ],
}
