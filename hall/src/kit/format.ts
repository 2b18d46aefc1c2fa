/** Numbers, money and time as people read them. Instants are told in UTC and shown in the hall's time zone. */
const ZONE = 'Asia/Shanghai'
const locale = (language: string) => (language === 'en' ? 'en-GB' : 'zh-CN')

/** Integer 分 as yuan with two decimals: 123456 → 1,234.56. Exact: no floating point touches it. */
export function yuan(fen: number): string {
  const digits = Math.abs(fen).toString().padStart(3, '0')
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${fen < 0 ? '-' : ''}${whole}.${digits.slice(-2)}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale(language), { timeZone: ZONE, ...options })))
  return found
}

/** 2026-11-29 as 2026年11月29日; an instant as its day in the hall. */
export function day(date: string | null | undefined, language: string): string {
  if (!date) return ''
  const at = date.length === 10 ? new Date(`${date}T12:00:00+08:00`) : new Date(date)
  return format(language, { year: 'numeric', month: 'long', day: 'numeric' }).format(at)
}

/** An instant with its minute. */
export function minute(instant: string | null | undefined, language: string): string {
  if (!instant) return ''
  const options: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }
  return format(language, options).format(new Date(instant))
}

/** An instant's day in the hall, as 2026-11-29. */
export function isoDay(instant: string | Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(new Date(instant))
}

/** 0.125 as 12.5%. */
export function percent(share: number | null | undefined, language: string): string {
  if (share === null || share === undefined) return '—'
  return new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 1 }).format(share)
}

export const count = (number: number, language: string): string =>
  new Intl.NumberFormat(locale(language)).format(number)
