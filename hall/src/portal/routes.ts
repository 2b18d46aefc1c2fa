/** Pages of no area. */
import type { RouteRecordRaw } from 'vue-router'
import { standing } from '@/kit/standing'

export const own: RouteRecordRaw[] = [
  {
    path: '/signed-in',
    component: () => import('@/kit/components/SignedInPage.vue'),
    meta: { title: { zh: '正在登录', en: 'Signing in' } },
  },
  ...standing,
]
