import { describe, expect, it } from 'vitest'
import { differing, findingOf, sumOf } from './checking'
import { linkOf } from './collections'
import { csv } from './csv'
import { pageOf, oneOf } from './query'
import { resolutionsFor } from './resolutions'
import { soughtIn } from './searching'
import { percentOf, shareOf } from './shares'
import { agreeing, sidesOf } from './sides'
import { mediaTypeOf, noSignature, signatureIn } from './signature'
import { dueOf, hadAHand } from './steps'
import type { BankDay, FeeLine, Report, ReportRow, Waiting } from './types'
import { workOf } from './work'

const line = (more: Partial<FeeLine>) => ({ name: '住宅登记', amount: 8000, ...more }) as FeeLine

describe('a list beside its standard', () => {
  it('differs where nothing is published, and where the line does not fit', () => {
    expect(findingOf(line({}))).toBe('fits')
    expect(findingOf(line({ name: null, amount: null }))).toBe('unlisted')
    expect(findingOf(line({ amount: null }))).toBe('misfit')
    expect(differing({ lines: [line({}), line({ amount: null })] })).toBe(1)
  })

  it('comes to nothing that could be asked for while a line differs', () => {
    expect(sumOf({ amount: null, lines: [line({}), line({ amount: 5 })] })).toBe(8005)
    expect(sumOf({ amount: null, lines: [line({}), line({ amount: null })] })).toBeNull()
    expect(sumOf({ amount: 7, lines: [] })).toBe(7)
  })
})

describe('the search field', () => {
  it('knows a notice, a payment code and a case', () => {
    expect(soughtIn(' jk2026000001 ')).toEqual({ notice: 'JK2026000001' })
    expect(soughtIn('ABCD-EFGH-JKLM-NPQR-STUV')).toEqual({ payment_code: 'ABCDEFGHJKLMNPQRSTUV' })
    expect(soughtIn('45072120261201L0000158')).toEqual({ case_number: '45072120261201L0000158' })
  })
})

describe('a share', () => {
  it.each([
    ['50', 5000],
    ['0.01', 1],
    ['100％', 10000],
    ['12.5', 1250],
    ['0', null],
    ['100.01', null],
    ['五成', null],
    ['1.234', null],
  ])('%s is %s', (typed, share) => expect(shareOf(typed)).toBe(share))

  it('is shown as percent', () => expect(percentOf(1250)).toBe('12.5%'))
})

describe("the bank's detached signature", () => {
  it('is read from its four lines, whatever stands around them', () => {
    const text = 'Bank-Timestamp: 1764\r\nbank-nonce: abc\nBank-Serial: BK1\nBank-Signature: x+/=\nDate: today'
    expect(signatureIn(text)).toEqual({ timestamp: '1764', nonce: 'abc', serial: 'BK1', signature: 'x+/=' })
    expect(signatureIn('nothing of the kind')).toEqual(noSignature())
  })

  it('goes with a file of the kind that its name says', () => {
    expect(['a.csv', 'a.XML', 'a.xml.gz'].map(mediaTypeOf)).toEqual(['text/csv', 'application/xml', 'application/gzip'])
  })
})

describe('a spreadsheet', () => {
  it('quotes what needs it and lets nothing be reckoned', () => {
    expect(csv([['a,b', '=1+1', -1, 'say "x"']])).toBe('\uFEFF"a,b",\'=1+1,-1,"say ""x"""\r\n')
  })
})

describe('a day of the bank', () => {
  it('is measured by the file', () => {
    const day = { file_count: 2, file_sum: 100, paid_count: 1, paid_sum: 80, ticket_count: null, ticket_sum: null }
    expect(sidesOf(day as BankDay).map(({ off }) => off)).toEqual([0, -20, null])
    expect([agreeing(1, 1), agreeing(1, 2), agreeing(null, 2)]).toEqual(['agree', 'differ', 'unknown'])
  })
})

describe('a row of a report', () => {
  const row = (key: string) => ({ key }) as ReportRow
  const range = { first: '2026-01-01', last: '2026-02-01' } as Report
  it('leads to its notices', () => {
    expect(linkOf(row('fire'), 'department', range)).toBe(
      '/fees/notices?department=fire&paid_from=2026-01-01&paid_to=2026-02-01',
    )
    expect(linkOf(row('2026-01-02'), 'day', range)).toBe('/fees/notices?paid_from=2026-01-02&paid_to=2026-01-02')
    expect(linkOf(row('ITEM'), 'item', range)).toBeUndefined()
  })
})

describe('the desk', () => {
  const kinds = ['lists', 'notices', 'disputes', 'refunds', 'reliefs', 'exceptions', 'differences', 'days']
  const waiting = {
    ...Object.fromEntries(kinds.map((kind) => [kind, { open: 2 }])),
    tickets_left: 0,
  } as unknown as Waiting

  it('shows a fee officer their own turn first, and no day that they may not open', () => {
    const { mine, others } = workOf(waiting, ['fee_officer'])
    expect(mine.map(({ to }) => to)).toContain('/fees/lists?state=open')
    expect(mine.every(({ turn }) => turn === 'fee_officer')).toBe(true)
    expect([...mine, ...others].some(({ kind }) => kind === 'days')).toBe(false)
  })

  it('shows a leader no suspense, and nothing as theirs to do', () => {
    const { mine, others } = workOf(waiting, ['leader'])
    expect(mine).toEqual([])
    expect(others.some(({ kind }) => kind === 'exceptions')).toBe(false)
    expect(others.find(({ kind }) => kind === 'days')?.count).toBe(2)
  })
})

describe('steps', () => {
  it('name the limit that runs now', () => {
    const due = (on: string) => ({ on, provisional: false })
    const refund = { verify_by: due('1'), approve_by: due('2'), pay_by: due('3') }
    expect(dueOf({ ...refund, state: 'requested' })?.on).toBe('1')
    expect(dueOf({ ...refund, state: 'failed' })?.on).toBe('3')
    expect(dueOf({ ...refund, state: 'refunded' })).toBeNull()
  })

  it('keep whoever had a hand in it from the next', () => {
    expect(hadAHand('a', null, { id: 'a' })).toBe(true)
    expect(hadAHand('a', undefined, { id: 'b' })).toBe(false)
  })
})

describe('lists in the address', () => {
  it('go on while a page is full', () => {
    expect(pageOf([1, 2], 2, String).next).toBe('2')
    expect(pageOf([1], 2, String).next).toBeUndefined()
    expect(oneOf(['open'], 'closed')).toBeUndefined()
  })

  it('offer only what may become of the money', () => {
    expect([resolutionsFor(5), resolutionsFor(-5), resolutionsFor(0)]).toEqual([
      ['refund', 'notice'],
      ['offset'],
      ['noted'],
    ])
  })
})
