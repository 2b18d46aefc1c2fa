import type { Area, MenuEntry } from '@/kit/areas'

const OPERATOR = ['operator']
const TOLD = ['operator', 'supervisor']
const FOLLOWERS = ['operator', 'integrator']

const menu: MenuEntry[] = [
  { to: '/operations', label: { zh: '各服务状态', en: 'Services' }, roles: OPERATOR },
  { to: '/operations/messages', label: { zh: '已发消息', en: 'Messages' }, roles: TOLD },
  { to: '/operations/skipped', label: { zh: '未发消息', en: 'Messages not sent' }, roles: TOLD },
  { to: '/operations/gateways', label: { zh: '短信网关', en: 'SMS gateways' }, roles: TOLD },
  { to: '/operations/documents', label: { zh: '未制成的文书', en: 'Failed papers' }, roles: OPERATOR },
  { to: '/subscriptions', label: { zh: '系统订阅', en: 'Subscriptions' }, roles: FOLLOWERS },
  { to: '/positions', label: { zh: '消息进度', en: 'Positions' }, roles: ['integrator'] },
]

export const area: Area = {
  name: 'operations',
  label: { zh: '运维', en: 'Operations' },
  order: 80,
  menu,
  routes: [
    {
      path: '/operations',
      component: () => import('./pages/OverviewPage.vue'),
      meta: { title: { zh: '各服务状态', en: 'Services' }, roles: OPERATOR },
    },
    {
      path: '/operations/services/:place',
      component: () => import('./pages/ServicePage.vue'),
      props: true,
      meta: { title: { zh: '服务', en: 'Service' }, roles: OPERATOR },
    },
    {
      path: '/operations/services/:place/acts',
      component: () => import('./pages/ActsPage.vue'),
      props: true,
      meta: { title: { zh: '操作记录', en: 'Acts' }, roles: OPERATOR },
    },
    {
      path: '/operations/parked/:place/:id',
      component: () => import('./pages/ParkedPage.vue'),
      props: true,
      meta: { title: { zh: '搁置的消息', en: 'Parked message' }, roles: OPERATOR },
    },
    {
      path: '/operations/messages',
      component: () => import('./pages/MessagesPage.vue'),
      meta: { title: { zh: '已发消息', en: 'Messages' }, roles: TOLD },
    },
    {
      path: '/operations/skipped',
      component: () => import('./pages/SkippedPage.vue'),
      meta: { title: { zh: '未发消息', en: 'Messages not sent' }, roles: TOLD },
    },
    {
      path: '/operations/gateways',
      component: () => import('./pages/GatewaysPage.vue'),
      meta: { title: { zh: '短信网关', en: 'SMS gateways' }, roles: TOLD },
    },
    {
      path: '/operations/documents',
      component: () => import('./pages/FailedPapersPage.vue'),
      meta: { title: { zh: '未制成的文书', en: 'Failed papers' }, roles: OPERATOR },
    },
    {
      path: '/subscriptions',
      component: () => import('./pages/SubscriptionsPage.vue'),
      meta: { title: { zh: '系统订阅', en: 'Subscriptions' }, roles: FOLLOWERS },
    },
    {
      path: '/subscriptions/new',
      component: () => import('./pages/NewSubscriptionPage.vue'),
      meta: { title: { zh: '新增订阅', en: 'New subscription' }, roles: ['integrator'] },
    },
    {
      path: '/subscriptions/:id',
      component: () => import('./pages/SubscriptionPage.vue'),
      props: true,
      meta: { title: { zh: '订阅', en: 'Subscription' }, roles: FOLLOWERS },
    },
    {
      path: '/deliveries/:id',
      component: () => import('./pages/DeliveryPage.vue'),
      props: true,
      meta: { title: { zh: '推送', en: 'Delivery' }, roles: FOLLOWERS },
    },
    {
      path: '/positions',
      component: () => import('./pages/PositionsPage.vue'),
      meta: { title: { zh: '消息进度', en: 'Positions' }, roles: ['integrator'] },
    },
  ],
}
