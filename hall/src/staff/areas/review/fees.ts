/** What a fee line comes to by the published standard: shown before it is sent; the fee window reckons what counts (R50). */
import type { components } from '@/generated/approval'

export type Fee = components['schemas']['Fee']
export type FeeLine = components['schemas']['Line']

/** As typed: yuan and square metres as words. */
export interface TypedLine {
  code: string
  quantity: number | undefined
  base: string
  area: string
  grade: string
  half: boolean
}

export const emptyLine = (code = ''): TypedLine => ({ code, quantity: 1, base: '', area: '', grade: '', half: false })

const SQUARE_METRES: Record<string, bigint> = { 公顷: 10_000n, 平方米: 1n }

/** Yuan as typed, in 分; undefined where it is no amount. */
export function fenOf(text: string): number | undefined {
  const found = /^(\d{1,11})(?:\.(\d{1,2}))?$/.exec(text.trim().replace(/[,，]/g, ''))
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : undefined
}

export function lineOf(fee: Fee, typed: TypedLine): FeeLine {
  const line: FeeLine = { code: fee.code, quantity: 1, half_rate: typed.half && Boolean(fee.half_rate_basis) }
  if (fee.grades?.length) line.grade = typed.grade || null
  if (fee.calculator === 'percentage') line.base = fenOf(typed.base) ?? null
  else if (fee.calculator === 'area') line.area = /^\d{1,12}$/.test(typed.area.trim()) ? Number(typed.area) : null
  else line.quantity = typed.quantity ?? 0
  return line
}

/** In 分, rounded half up once; undefined while something is missing. */
export function amountOf(fee: Fee, line: FeeLine): number | undefined {
  const parts = exactly(fee, line)
  if (!parts) return undefined
  const [numerator, denominator] = [parts[0], line.half_rate ? parts[1] * 2n : parts[1]]
  return Number((2n * numerator + denominator) / (2n * denominator))
}

function exactly(fee: Fee, line: FeeLine): [bigint, bigint] | undefined {
  const price = fee.grades?.length ? fee.grades.find((grade) => grade.code === line.grade)?.price : fee.price
  if (fee.calculator === 'percentage') {
    return line.base && fee.rate ? [BigInt(line.base) * BigInt(fee.rate), 10_000n] : undefined
  }
  if (price === undefined) return undefined
  if (fee.calculator === 'area') {
    const unit = SQUARE_METRES[fee.unit]
    return line.area && unit ? [BigInt(price) * BigInt(line.area), unit] : undefined
  }
  return Number.isInteger(line.quantity) && line.quantity > 0 ? [BigInt(price) * BigInt(line.quantity), 1n] : undefined
}
