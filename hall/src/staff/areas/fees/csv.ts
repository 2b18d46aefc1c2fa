import { keep } from '@/kit/saving'

/** A table for a spreadsheet: quoted after RFC 4180, with the mark by which Excel knows UTF-8. */
export function csv(rows: (string | number)[][]): string {
  const cell = (value: string | number) => {
    const text = String(value)
    // A cell that begins like a formula would be reckoned by the spreadsheet.
    const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

export const download = (name: string, content: string): void => keep(name, content, 'text/csv;charset=utf-8')
