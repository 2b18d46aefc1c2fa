/** Pages that every site has. */
import type { RouteRecordRaw } from 'vue-router'

export const standing: RouteRecordRaw[] = [
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./components/SignInPage.vue'),
    meta: { title: { zh: '登录', en: 'Sign in' } },
  },
  {
    path: '/forbidden',
    name: 'forbidden',
    component: () => import('./components/ForbiddenPage.vue'),
    meta: { title: { zh: '没有权限', en: 'Not allowed' } },
  },
  {
    path: '/:path(.*)*',
    name: 'lost',
    component: () => import('./components/LostPage.vue'),
    meta: { title: { zh: '没有这个页面', en: 'No such page' } },
  },
]
