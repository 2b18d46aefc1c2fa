import { expect, test } from 'vitest'
import { actsOf, stepLines, type AgencyView } from './agency'

const agency = (changes: Partial<AgencyView>): AgencyView =>
  ({ station: 'taiping-shanjiao', state: 'at_village', next_step: 'handled', steps: [], ...changes }) as AgencyView
const village = { roles: ['village_agent'], departments: ['taiping-shanjiao'] }
const township = { roles: ['station_clerk'], departments: ['taiping'] }

test('the village passes on, the township hands in', () => {
  expect(actsOf(agency({}), village)).toEqual([{ name: 'forward' }])
  expect(actsOf(agency({}), township)).toEqual([])
  expect(actsOf(agency({ state: 'at_station' }), village)).toEqual([])
  expect(actsOf(agency({ state: 'at_station' }), township)).toEqual([{ name: 'apply' }])
})

test('after the hall, both record the steps in their order; others only look', () => {
  const delivered = agency({ state: 'delivered', next_step: 'archived' })
  expect(actsOf(delivered, village)).toEqual([{ name: 'record', step: 'archived' }])
  expect(actsOf(delivered, { roles: ['station_clerk'], departments: ['shitou'] })).toEqual([])
  expect(actsOf(agency({ state: 'revisited', next_step: null }), village)).toEqual([])
})

test('all seven steps are shown, taken or not', () => {
  expect(stepLines(agency({})).map(({ step }) => step)).toHaveLength(7)
})
