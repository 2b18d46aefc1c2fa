import type { Area } from '@/kit/areas'

const STATIONS = ['station_clerk', 'village_agent']
const READERS = [...STATIONS, 'supervisor', 'leader', 'centre_admin']

export const area: Area = {
  name: 'stations',
  label: { zh: '代办', en: 'Stations' },
  order: 20,
  speaks: ['window'],
  menu: [
    { to: '/stations', label: { zh: '代办件', en: 'Entrusted matters' }, roles: READERS },
    { to: '/stations/new', label: { zh: '登记委托', en: 'Entrust a matter' }, roles: STATIONS },
  ],
  routes: [
    {
      path: '/stations',
      component: () => import('./pages/AgenciesPage.vue'),
      meta: { title: { zh: '代办件', en: 'Entrusted matters' }, roles: READERS },
    },
    {
      path: '/stations/new',
      component: () => import('./pages/EntrustPage.vue'),
      meta: { title: { zh: '登记委托', en: 'Entrust a matter' }, roles: STATIONS },
    },
    {
      path: '/stations/:id',
      component: () => import('./pages/AgencyPage.vue'),
      props: true,
      meta: { title: { zh: '代办件', en: 'Entrusted matter' }, roles: READERS },
    },
  ],
}
