/** Files that only a signed-in reader may have: fetched with the token, then given to the browser to keep. */
import { problemOf } from './api/problem'

interface FileAnswer {
  data?: Blob
  error?: unknown
  response: Response
}

/** Keeps what was fetched (`parseAs: 'blob'`) under the name that the answer gives it. Throws Problem. */
export async function save(call: Promise<FileAnswer>, otherwise: string): Promise<void> {
  const { data, error, response } = await call
  if (!response.ok || !data) throw problemOf(error, response.status)
  const address = URL.createObjectURL(data)
  follow(address, nameOf(response.headers.get('Content-Disposition')) ?? otherwise)
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** Fetches an address that needs no token, as an attachment: the page stays. */
export function follow(address: string, name = ''): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}

/** RFC 8187: filename*=UTF-8''… */
export function nameOf(disposition: string | null): string | undefined {
  const coded = disposition?.match(/filename\*=UTF-8''([^;]+)/i)?.[1]
  return coded && decodeURIComponent(coded)
}
