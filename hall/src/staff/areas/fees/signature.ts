/** The detached signature that comes with the bank's daily file: four lines, as `Bank-Nonce: …`. */
export const NAMES = ['timestamp', 'nonce', 'serial', 'signature'] as const
export type Signature = Record<(typeof NAMES)[number], string>

export const noSignature = (): Signature => ({ timestamp: '', nonce: '', serial: '', signature: '' })

export function signatureIn(text: string): Signature {
  const found = noSignature()
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*bank-(\w+)\s*[:=]\s*(\S+)\s*$/i.exec(line)
    const name = NAMES.find((one) => one === match?.[1]?.toLowerCase())
    if (match?.[2] && name) found[name] = match[2]
  }
  return found
}

export type MediaType = 'text/csv' | 'application/xml' | 'application/gzip'

export function mediaTypeOf(fileName: string): MediaType {
  if (/\.gz$/i.test(fileName)) return 'application/gzip'
  return /\.xml$/i.test(fileName) ? 'application/xml' : 'text/csv'
}
