import { expect, test } from 'vitest'
import { daysOff, readDays, weeksOf, written } from './year'

test('days and stretches are read, and what is neither is named', () => {
  expect(readDays('2027-01-01\n2027-02-27 至 2027-03-01，2027-05-01')).toEqual({
    days: ['2027-01-01', '2027-02-27', '2027-02-28', '2027-03-01', '2027-05-01'],
    wrong: [],
  })
  expect(readDays('2027-02-30\n春节\n2027-10-07 至 2027-10-01').wrong).toEqual([
    '2027-02-30',
    '春节',
    '2027-10-07 至 2027-10-01',
  ])
})

test('what is written is read as the same days', () => {
  const days = ['2027-10-01', '2027-10-02', '2027-10-03', '2027-12-31']
  expect(written(days)).toBe('2027-10-01 至 2027-10-03\n2027-12-31')
  expect(readDays(written(days)).days).toEqual(days)
})

test('weekends in a stretch of days off go without saying', () => {
  expect(daysOff(readDays('2027-10-01 至 2027-10-04').days)).toEqual(['2027-10-01', '2027-10-04'])
})

test('a month begins on its weekday, and each day says what it is', () => {
  const weeks = weeksOf(2027, 2, { days_off: ['2027-02-08'], worked_weekends: ['2027-02-20'] })
  expect(weeks).toHaveLength(4) // 1 February 2027 is a Monday
  expect(weeks[0]![0]).toEqual({ day: '2027-02-01', number: 1, sort: 'worked' })
  expect(weeks[1]![0]!.sort).toBe('off')
  expect(weeks[2]![5]!.sort).toBe('made-up')
  expect(weeks[2]![6]!.sort).toBe('weekend')
  expect(weeksOf(2026, 11, { days_off: [], worked_weekends: [] })[0]!.slice(0, 6)).toEqual(Array(6).fill(undefined))
})
