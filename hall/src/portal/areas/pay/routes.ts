import type { Area } from '@/kit/areas'

export const area: Area = {
  name: 'pay',
  label: { zh: '缴费', en: 'Payments' },
  order: 30,
  menu: [{ to: '/pay', label: { zh: '凭缴款码缴费', en: 'Pay by payment code' } }],
  routes: [
    {
      path: '/pay',
      component: () => import('./pages/PayPage.vue'),
      meta: { title: { zh: '缴费', en: 'Pay' } },
    },
    {
      path: '/pay/:code',
      component: () => import('./pages/PaymentPage.vue'),
      props: true,
      meta: { title: { zh: '缴款信息', en: 'Payment' } },
    },
  ],
}
