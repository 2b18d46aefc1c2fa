import type { Area } from '@/kit/areas'

const COUNTY = ['supervisor', 'leader', 'centre_admin']
const COUNTED = [...COUNTY, 'chief_representative']
const SCORED = [...COUNTED, 'section_officer', 'window_clerk']

export const area: Area = {
  name: 'watch',
  label: { zh: '电子监察', en: 'Monitoring' },
  order: 50,
  menu: [
    { to: '/watch', label: { zh: '监察总览', en: 'Overview' }, roles: COUNTED },
    { to: '/watch/cases', label: { zh: '办件红绿灯', en: 'Traffic lights' }, roles: COUNTED },
    { to: '/watch/statistics', label: { zh: '统计分析', en: 'Statistics' }, roles: COUNTED },
    { to: '/watch/scores', label: { zh: '量化考核', en: 'Scores' }, roles: SCORED },
    { to: '/watch/grades', label: { zh: '季度等次', en: 'Grades' }, roles: SCORED },
  ],
  routes: [
    {
      path: '/watch',
      component: () => import('./pages/OverviewPage.vue'),
      meta: { title: { zh: '监察总览', en: 'Overview' }, roles: COUNTED },
    },
    {
      path: '/watch/cases',
      component: () => import('./pages/CasesPage.vue'),
      meta: { title: { zh: '办件红绿灯', en: 'Traffic lights' }, roles: COUNTED },
    },
    {
      path: '/watch/cases/:number',
      component: () => import('./pages/CasePage.vue'),
      props: true,
      meta: { title: { zh: '办件监察', en: 'A case as recorded' }, roles: SCORED },
    },
    {
      path: '/watch/statistics',
      component: () => import('./pages/StatisticsPage.vue'),
      meta: { title: { zh: '统计分析', en: 'Statistics' }, roles: COUNTED },
    },
    {
      path: '/watch/scores',
      component: () => import('./pages/ScoresPage.vue'),
      meta: { title: { zh: '量化考核', en: 'Scores' }, roles: SCORED },
    },
    {
      path: '/watch/scores/:month/:kind/:party',
      component: () => import('./pages/SheetPage.vue'),
      props: true,
      meta: { title: { zh: '考核表', en: 'Score sheet' }, roles: SCORED },
    },
    {
      path: '/watch/grades',
      component: () => import('./pages/GradesPage.vue'),
      meta: { title: { zh: '季度等次', en: 'Grades' }, roles: SCORED },
    },
    {
      path: '/watch/process/:item',
      component: () => import('./pages/ProcessPage.vue'),
      props: true,
      meta: { title: { zh: '流程图', en: 'Process map' }, roles: COUNTY },
    },
  ],
}
