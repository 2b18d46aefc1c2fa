import type { Area } from '@/kit/areas'

export const area: Area = {
  name: 'guide',
  label: { zh: '办事指南', en: 'Guide' },
  order: 10,
  menu: [
    { to: '/items', label: { zh: '办事事项', en: 'Services' } },
    { to: '/windows', label: { zh: '大厅窗口', en: 'Windows' } },
    { to: '/kept-out', label: { zh: '不进大厅的事项', en: 'Handled elsewhere' } },
    { to: '/announcements', label: { zh: '公告', en: 'Announcements' } },
    { to: '/results', label: { zh: '结果公开', en: 'Results' } },
    { to: '/statistics', label: { zh: '办件公示', en: 'Public figures' } },
    { to: '/check', label: { zh: '文书证照核验', en: 'Check a paper' } },
  ],
  routes: [
    {
      path: '/items',
      component: () => import('./pages/ItemsPage.vue'),
      meta: { title: { zh: '办事事项', en: 'Services' } },
    },
    {
      path: '/items/:code',
      component: () => import('./pages/ItemPage.vue'),
      props: true,
      meta: { title: { zh: '办事指南', en: 'Guide to a service' } },
    },
    {
      path: '/windows',
      component: () => import('./pages/WindowsPage.vue'),
      meta: { title: { zh: '大厅窗口', en: 'Windows' } },
    },
    {
      path: '/kept-out',
      component: () => import('./pages/KeptOutPage.vue'),
      meta: { title: { zh: '不进大厅的事项', en: 'Handled elsewhere' } },
    },
    {
      path: '/announcements',
      component: () => import('./pages/AnnouncementsPage.vue'),
      meta: { title: { zh: '公告', en: 'Announcements' } },
    },
    {
      path: '/announcements/:id',
      component: () => import('./pages/AnnouncementPage.vue'),
      props: true,
      meta: { title: { zh: '公告', en: 'Announcement' } },
    },
    {
      path: '/results',
      component: () => import('./pages/ResultsPage.vue'),
      meta: { title: { zh: '结果公开', en: 'Results' } },
    },
    {
      path: '/statistics',
      component: () => import('./pages/StatisticsPage.vue'),
      meta: { title: { zh: '办件公示', en: 'Public figures' } },
    },
    {
      path: '/check',
      component: () => import('./pages/CheckPage.vue'),
      meta: { title: { zh: '文书证照核验', en: 'Check a paper' } },
    },
  ],
}
