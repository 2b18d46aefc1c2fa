/** A report of collections as a chart, as a file, and as links to the notices behind its rows. */
import type { EChartsCoreOption } from '@/kit/components/charts'
import { csv } from './csv'
import type { Report, ReportRow } from './types'

export type By = 'department' | 'day' | 'item'
export const MEASURES = ['collected', 'late_fees', 'refunded', 'net'] as const

/** The notices that a row adds up; none for an item, by which notices are not found. */
export function linkOf(row: ReportRow, by: By, { first, last }: Pick<Report, 'first' | 'last'>): string | undefined {
  if (by === 'item' || !row.key) return undefined
  const query: Record<string, string> =
    by === 'day' ? { paid_from: row.key, paid_to: row.key } : { department: row.key, paid_from: first, paid_to: last }
  return `/fees/notices?${new URLSearchParams(query)}`
}

export function chartOf(
  rows: ReportRow[],
  by: By,
  named: (row: ReportRow) => string,
  words: { collected: string; refunded: string },
): EChartsCoreOption {
  const type = by === 'day' ? 'line' : 'bar'
  const series = (['collected', 'refunded'] as const).map((key, index) => ({
    name: words[key],
    type,
    barMaxWidth: 48,
    data: rows.map((row) => row[key] / 100),
    itemStyle: { color: index ? '#a8071a' : '#0b4fa3' },
  }))
  return {
    tooltip: { trigger: 'axis' },
    legend: {},
    grid: { left: 8, right: 16, bottom: 8, containLabel: true },
    xAxis: {
      type: 'category',
      data: rows.map(named),
      axisLabel: { interval: by === 'day' ? 'auto' : 0, width: 90, overflow: 'break' },
    },
    yAxis: { type: 'value' },
    series,
  }
}

/** Money as yuan; the total last. */
export function tableOf(
  head: string[],
  report: Report,
  named: (row: ReportRow) => string,
  yuan: (fen: number) => string,
  total: string,
): string {
  const cells = (name: string, row: ReportRow) => [name, row.count, ...MEASURES.map((key) => plain(yuan(row[key])))]
  return csv([head, ...report.rows.map((row) => cells(named(row), row)), cells(total, report.total)])
}

/** A spreadsheet takes no commas in a number; a negative one is no formula. */
const plain = (text: string): number | string => (/^-?[\d,.]+$/.test(text) ? Number(text.replaceAll(',', '')) : text)
