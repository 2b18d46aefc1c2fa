import type { Area } from '@/kit/areas'

const OVERSEERS = ['supervisor', 'leader']
const ANSWERABLE = ['chief_representative', 'organ_head', 'station_clerk']
const WATCHED = [...OVERSEERS, ...ANSWERABLE]
const OFFICERS = ['centre_admin', 'discipline_officer', 'supervisor']
const ASKED = [...OVERSEERS, 'chief_representative', 'window_clerk']
const RATED = [...OVERSEERS, 'centre_admin', 'chief_representative']
const RULED = [...RATED, 'discipline_officer']
const SEATED = [...RATED, 'section_officer', 'window_clerk']
const LOGGED = ['supervisor', 'centre_admin', 'chief_representative', 'integrator']
const INSPECTED = [...WATCHED, 'centre_admin']
const APPEALING = [...OVERSEERS, 'chief_representative']

const titles = {
  alerts: { zh: '监察提示', en: 'Alerts' },
  orders: { zh: '督办单', en: 'Supervision orders' },
  appeals: { zh: '申诉', en: 'Appeals' },
  inspections: { zh: '现场巡查', en: 'Patrol findings' },
  complaints: { zh: '投诉办理', en: 'Complaints' },
  consultations: { zh: '咨询答复', en: 'Consultations' },
  ratings: { zh: '评价与满意度', en: 'Ratings' },
  attendance: { zh: '考勤', en: 'Attendance' },
  staffing: { zh: '窗口派驻', en: 'Who sits where' },
  rulebook: { zh: '监察规则', en: 'Rulebook' },
  journal: { zh: '监察日志', en: 'Journal' },
  imports: { zh: '部门办件记录', en: "Departments' logs" },
}

export const area: Area = {
  name: 'supervise',
  label: { zh: '监督处理', en: 'Supervision' },
  order: 60,
  menu: [
    { to: '/alerts', label: titles.alerts, roles: WATCHED },
    { to: '/orders', label: titles.orders, roles: WATCHED },
    { to: '/appeals', label: titles.appeals, roles: APPEALING },
    { to: '/inspections', label: titles.inspections, roles: INSPECTED },
    { to: '/complaints', label: titles.complaints, roles: [...OFFICERS, 'chief_representative'] },
    { to: '/consultations', label: titles.consultations, roles: ASKED },
    { to: '/ratings', label: titles.ratings, roles: RATED },
    { to: '/attendance', label: titles.attendance, roles: INSPECTED },
    { to: '/windows-staffing', label: titles.staffing, roles: SEATED },
    { to: '/rulebook', label: titles.rulebook, roles: RULED },
    { to: '/journal', label: titles.journal, roles: ['supervisor'] },
    { to: '/imports', label: titles.imports, roles: LOGGED },
  ],
  routes: [
    {
      path: '/alerts',
      component: () => import('./pages/AlertsPage.vue'),
      meta: { title: titles.alerts, roles: WATCHED },
    },
    {
      path: '/alerts/:id',
      component: () => import('./pages/AlertPage.vue'),
      meta: { title: titles.alerts, roles: WATCHED },
    },
    {
      path: '/orders',
      component: () => import('./pages/OrdersPage.vue'),
      meta: { title: titles.orders, roles: WATCHED },
    },
    {
      path: '/orders/new',
      component: () => import('./pages/NewOrderPage.vue'),
      meta: { title: { zh: '发出督办单', en: 'Issue an order' }, roles: ['supervisor'] },
    },
    {
      path: '/orders/:number',
      component: () => import('./pages/OrderPage.vue'),
      meta: { title: titles.orders, roles: WATCHED },
    },
    {
      path: '/appeals',
      component: () => import('./pages/AppealsPage.vue'),
      meta: { title: titles.appeals, roles: APPEALING },
    },
    {
      path: '/appeals/:number',
      component: () => import('./pages/AppealPage.vue'),
      meta: { title: titles.appeals, roles: APPEALING },
    },
    {
      path: '/inspections',
      component: () => import('./pages/InspectionsPage.vue'),
      meta: { title: titles.inspections, roles: INSPECTED },
    },
    {
      path: '/inspections/new',
      component: () => import('./pages/NewInspectionPage.vue'),
      meta: { title: { zh: '登记巡查发现', en: 'Record a finding' }, roles: ['supervisor', 'centre_admin'] },
    },
    {
      path: '/inspections/:number',
      component: () => import('./pages/InspectionPage.vue'),
      meta: { title: titles.inspections, roles: INSPECTED },
    },
    {
      path: '/complaints',
      component: () => import('./pages/ComplaintsPage.vue'),
      meta: { title: titles.complaints, roles: [...OFFICERS, 'chief_representative'] },
    },
    {
      path: '/complaints/new',
      component: () => import('./pages/NewComplaintPage.vue'),
      meta: { title: { zh: '登记投诉', en: 'Enter a complaint' }, roles: ['centre_admin', 'supervisor'] },
    },
    {
      path: '/complaints/:number',
      component: () => import('./pages/ComplaintPage.vue'),
      meta: { title: titles.complaints, roles: [...OFFICERS, 'chief_representative'] },
    },
    {
      path: '/consultations',
      component: () => import('./pages/ConsultationsPage.vue'),
      meta: { title: titles.consultations, roles: ASKED },
    },
    {
      path: '/consultations/:number',
      component: () => import('./pages/ConsultationPage.vue'),
      meta: { title: titles.consultations, roles: ASKED },
    },
    {
      path: '/ratings',
      component: () => import('./pages/RatingsPage.vue'),
      meta: { title: titles.ratings, roles: RATED },
    },
    {
      path: '/ratings/:id',
      component: () => import('./pages/RatingPage.vue'),
      meta: { title: titles.ratings, roles: RATED },
    },
    {
      path: '/attendance',
      component: () => import('./pages/AttendancePage.vue'),
      meta: { title: titles.attendance, roles: INSPECTED },
    },
    {
      path: '/windows-staffing',
      component: () => import('./pages/StaffingPage.vue'),
      meta: { title: titles.staffing, roles: SEATED },
    },
    {
      path: '/rulebook',
      component: () => import('./pages/RulebookPage.vue'),
      meta: { title: titles.rulebook, roles: RULED },
    },
    {
      path: '/rulebook/revise',
      component: () => import('./pages/ReviseRulebookPage.vue'),
      meta: { title: { zh: '修订监察规则', en: 'Revise the rulebook' }, roles: ['centre_admin'] },
    },
    {
      path: '/journal',
      component: () => import('./pages/JournalPage.vue'),
      meta: { title: titles.journal, roles: ['supervisor'] },
    },
    {
      path: '/imports',
      component: () => import('./pages/ImportsPage.vue'),
      meta: { title: titles.imports, roles: LOGGED },
    },
    {
      path: '/imports/:id',
      component: () => import('./pages/ImportPage.vue'),
      meta: { title: titles.imports, roles: LOGGED },
    },
  ],
}
