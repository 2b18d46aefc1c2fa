import type { Area } from '@/kit/areas'
import { BOOK_READERS, COUNTY_WIDE, DAY_READERS, FEE_WINDOW, RELIEF_READERS } from './roles'

const TITLES = {
  desk: { zh: '收费工作台', en: 'Fee desk' },
  lists: { zh: '收费清单核标', en: 'Fee lists' },
  list: { zh: '收费清单', en: 'Fee list' },
  notices: { zh: '缴款通知书', en: 'Payment notices' },
  notice: { zh: '缴款通知书', en: 'Payment notice' },
  disputes: { zh: '缴款异议', en: 'Disputes' },
  dispute: { zh: '缴款异议', en: 'Dispute' },
  refunds: { zh: '退款', en: 'Refunds' },
  refund: { zh: '退款', en: 'Refund' },
  reliefs: { zh: '减免缓', en: 'Reductions' },
  relief: { zh: '减免缓申请', en: 'Reduction' },
  exceptions: { zh: '待查款', en: 'Money in suspense' },
  exception: { zh: '待查款', en: 'Money in suspense' },
  tickets: { zh: '票据', en: 'Receipts' },
  days: { zh: '银行对账', en: 'Bank days' },
  day: { zh: '对账日', en: 'Bank day' },
  differences: { zh: '对账差异', en: 'Differences' },
  reports: { zh: '收费报表', en: 'Collections' },
  standards: { zh: '收费标准', en: 'Fee standards' },
  violations: { zh: '违规收费', en: 'Violations' },
  invariants: { zh: '账目核验', en: 'Checks of the books' },
}

const own = ['fee_officer', 'treasurer']

export const area: Area = {
  name: 'fees',
  label: { zh: '收费与票款', en: 'Fees' },
  order: 40,
  menu: [
    { to: '/fees', label: TITLES.desk, roles: COUNTY_WIDE },
    { to: '/fees/lists', label: TITLES.lists, roles: COUNTY_WIDE },
    { to: '/fees/notices', label: TITLES.notices, roles: COUNTY_WIDE },
    { to: '/fees/disputes', label: TITLES.disputes, roles: FEE_WINDOW },
    { to: '/fees/refunds', label: TITLES.refunds, roles: COUNTY_WIDE },
    { to: '/fees/reliefs', label: TITLES.reliefs, roles: RELIEF_READERS },
    { to: '/fees/exceptions', label: TITLES.exceptions, roles: FEE_WINDOW },
    { to: '/fees/tickets', label: TITLES.tickets, roles: FEE_WINDOW },
    { to: '/fees/days', label: TITLES.days, roles: DAY_READERS },
    { to: '/fees/differences', label: TITLES.differences, roles: DAY_READERS },
    { to: '/fees/reports', label: TITLES.reports, roles: COUNTY_WIDE },
    { to: '/fees/violations', label: TITLES.violations, roles: COUNTY_WIDE },
    { to: '/fees/invariants', label: TITLES.invariants, roles: BOOK_READERS },
    { to: '/fees/standards', label: TITLES.standards, roles: [...own, 'supervisor', 'leader', 'centre_admin'] },
  ],
  routes: [
    {
      path: '/fees',
      component: () => import('./pages/FeeDeskPage.vue'),
      meta: { title: TITLES.desk, roles: COUNTY_WIDE },
    },
    {
      path: '/fees/lists',
      component: () => import('./pages/ListsPage.vue'),
      meta: { title: TITLES.lists, roles: COUNTY_WIDE },
    },
    {
      path: '/fees/lists/:id',
      component: () => import('./pages/ListPage.vue'),
      props: true,
      meta: { title: TITLES.list, roles: COUNTY_WIDE },
    },
    {
      path: '/fees/notices',
      component: () => import('./pages/NoticesPage.vue'),
      meta: { title: TITLES.notices, roles: COUNTY_WIDE },
    },
    {
      path: '/fees/notices/:number',
      component: () => import('./pages/NoticePage.vue'),
      props: true,
      meta: { title: TITLES.notice, roles: COUNTY_WIDE },
    },
    {
      path: '/fees/disputes',
      component: () => import('./pages/DisputesPage.vue'),
      meta: { title: TITLES.disputes, roles: FEE_WINDOW },
    },
    {
      path: '/fees/disputes/:number',
      component: () => import('./pages/DisputePage.vue'),
      props: true,
      meta: { title: TITLES.dispute, roles: FEE_WINDOW },
    },
    {
      path: '/fees/refunds',
      component: () => import('./pages/RefundsPage.vue'),
      meta: { title: TITLES.refunds, roles: COUNTY_WIDE },
    },
    {
      path: '/fees/refunds/:number',
      component: () => import('./pages/RefundPage.vue'),
      props: true,
      meta: { title: TITLES.refund, roles: [...COUNTY_WIDE, 'window_clerk'] },
    },
    {
      path: '/fees/reliefs',
      component: () => import('./pages/ReliefsPage.vue'),
      meta: { title: TITLES.reliefs, roles: RELIEF_READERS },
    },
    {
      path: '/fees/reliefs/:number',
      component: () => import('./pages/ReliefPage.vue'),
      props: true,
      meta: { title: TITLES.relief, roles: RELIEF_READERS },
    },
    {
      path: '/fees/exceptions',
      component: () => import('./pages/ExceptionsPage.vue'),
      meta: { title: TITLES.exceptions, roles: FEE_WINDOW },
    },
    {
      path: '/fees/exceptions/:id',
      component: () => import('./pages/ExceptionPage.vue'),
      props: true,
      meta: { title: TITLES.exception, roles: FEE_WINDOW },
    },
    {
      path: '/fees/tickets',
      component: () => import('./pages/TicketsPage.vue'),
      meta: { title: TITLES.tickets, roles: FEE_WINDOW },
    },
    {
      path: '/fees/days',
      component: () => import('./pages/DaysPage.vue'),
      meta: { title: TITLES.days, roles: DAY_READERS },
    },
    {
      path: '/fees/days/:day',
      component: () => import('./pages/DayPage.vue'),
      props: true,
      meta: { title: TITLES.day, roles: DAY_READERS },
    },
    {
      path: '/fees/differences',
      component: () => import('./pages/DifferencesPage.vue'),
      meta: { title: TITLES.differences, roles: DAY_READERS },
    },
    {
      path: '/fees/reports',
      component: () => import('./pages/ReportsPage.vue'),
      meta: { title: TITLES.reports, roles: COUNTY_WIDE },
    },
    {
      path: '/fees/standards',
      component: () => import('./pages/StandardsPage.vue'),
      meta: { title: TITLES.standards, roles: [] },
    },
    {
      path: '/fees/violations',
      component: () => import('./pages/ViolationsPage.vue'),
      meta: { title: TITLES.violations, roles: COUNTY_WIDE },
    },
    {
      path: '/fees/invariants',
      component: () => import('./pages/InvariantsPage.vue'),
      meta: { title: TITLES.invariants, roles: BOOK_READERS },
    },
  ],
}
