import type { Area, MenuEntry } from '@/kit/areas'

const ADMIN = ['centre_admin']
const OVERSEERS = ['centre_admin', 'supervisor']
const REPORTERS = ['centre_admin', 'supervisor', 'chief_representative', 'integrator']
const MAY_REPORT = ['chief_representative', 'integrator']
const MAY_IMPORT = ['chief_representative', 'centre_admin']
const CATALOGUE = [...REPORTERS, 'leader', 'government_head']
const PLANNERS = ['centre_admin', 'supervisor', 'leader', 'government_head', 'chief_representative']
const READERS_OF_WORDS = ['centre_admin', 'supervisor', 'operator']

const menu: MenuEntry[] = [
  { to: '/centre/items', label: { zh: '事项目录', en: 'Catalogue' }, roles: CATALOGUE },
  { to: '/centre/reports', label: { zh: '事项申报', en: 'Item reports' }, roles: REPORTERS },
  { to: '/centre/calendar', label: { zh: '工作日安排', en: 'Working days' }, roles: PLANNERS },
  { to: '/centre/announcements', label: { zh: '公告', en: 'Announcements' }, roles: ADMIN },
  { to: '/centre/windows', label: { zh: '窗口设置', en: 'Windows' }, roles: ADMIN },
  { to: '/centre/bans', label: { zh: '限制申请', en: 'Bans' }, roles: OVERSEERS },
  { to: '/centre/templates', label: { zh: '消息模板', en: 'Message templates' }, roles: READERS_OF_WORDS },
  { to: '/centre/rules', label: { zh: '告知规则', en: 'Message rules' }, roles: READERS_OF_WORDS },
]

export const area: Area = {
  name: 'centre',
  label: { zh: '中心管理', en: 'The centre' },
  order: 70,
  menu,
  routes: [
    {
      path: '/centre/items',
      component: () => import('./pages/ItemsPage.vue'),
      meta: { title: { zh: '事项目录', en: 'Catalogue' }, roles: CATALOGUE },
    },
    {
      path: '/centre/items/:code',
      component: () => import('./pages/ItemPage.vue'),
      props: true,
      meta: { title: { zh: '事项', en: 'Item' }, roles: CATALOGUE },
    },
    {
      path: '/centre/reports',
      component: () => import('./pages/ReportsPage.vue'),
      meta: { title: { zh: '事项申报', en: 'Item reports' }, roles: REPORTERS },
    },
    {
      path: '/centre/reports/new',
      component: () => import('./pages/NewReportPage.vue'),
      meta: { title: { zh: '申报事项', en: 'Report an item' }, roles: MAY_REPORT },
    },
    {
      path: '/centre/reports/import',
      component: () => import('./pages/ImportPage.vue'),
      meta: { title: { zh: '导入事项文件', en: 'Import a file of items' }, roles: MAY_IMPORT },
    },
    {
      path: '/centre/reports/:id',
      component: () => import('./pages/ReportPage.vue'),
      props: true,
      meta: { title: { zh: '事项申报', en: 'Item report' }, roles: REPORTERS },
    },
    {
      path: '/centre/calendar',
      component: () => import('./pages/CalendarPage.vue'),
      meta: { title: { zh: '工作日安排', en: 'Working days' }, roles: PLANNERS },
    },
    {
      path: '/centre/calendar/changes',
      component: () => import('./pages/LimitChangesPage.vue'),
      meta: { title: { zh: '时限变动', en: 'Moved limits' }, roles: OVERSEERS },
    },
    {
      path: '/centre/announcements',
      component: () => import('./pages/AnnouncementsPage.vue'),
      meta: { title: { zh: '公告', en: 'Announcements' }, roles: ADMIN },
    },
    {
      path: '/centre/announcements/new',
      component: () => import('./pages/NewAnnouncementPage.vue'),
      meta: { title: { zh: '发布公告', en: 'Publish an announcement' }, roles: ADMIN },
    },
    {
      path: '/centre/windows',
      component: () => import('./pages/WindowsPage.vue'),
      meta: { title: { zh: '窗口设置', en: 'Windows' }, roles: ADMIN },
    },
    {
      path: '/centre/windows/new',
      component: () => import('./pages/WindowPage.vue'),
      meta: { title: { zh: '新增窗口', en: 'New window' }, roles: ADMIN },
    },
    {
      path: '/centre/windows/:window',
      component: () => import('./pages/WindowPage.vue'),
      props: true,
      meta: { title: { zh: '窗口', en: 'Window' }, roles: ADMIN },
    },
    {
      path: '/centre/bans',
      component: () => import('./pages/BansPage.vue'),
      meta: { title: { zh: '限制申请', en: 'Bans' }, roles: OVERSEERS },
    },
    {
      path: '/centre/bans/new',
      component: () => import('./pages/NewBanPage.vue'),
      meta: { title: { zh: '登记限制', en: 'Impose a ban' }, roles: OVERSEERS },
    },
    {
      path: '/centre/templates',
      component: () => import('./pages/TemplatesPage.vue'),
      meta: { title: { zh: '消息模板', en: 'Message templates' }, roles: READERS_OF_WORDS },
    },
    {
      path: '/centre/templates/:code',
      component: () => import('./pages/TemplatePage.vue'),
      props: true,
      meta: { title: { zh: '消息模板', en: 'Message template' }, roles: READERS_OF_WORDS },
    },
    {
      path: '/centre/rules',
      component: () => import('./pages/RulesPage.vue'),
      meta: { title: { zh: '告知规则', en: 'Message rules' }, roles: READERS_OF_WORDS },
    },
    {
      path: '/centre/rules/:id',
      component: () => import('./pages/RulePage.vue'),
      props: true,
      meta: { title: { zh: '告知规则', en: 'Message rule' }, roles: READERS_OF_WORDS },
    },
  ],
}
