/** Files given to the browser to keep: what only a signed-in reader may have is fetched with the token first. */
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
  give(data, nameOf(response.headers.get('Content-Disposition')) ?? otherwise)
}

/** Keeps what is at hand, such as a table or a proof, as a file of that name. */
export const keep = (name: string, content: string, type: string): void => give(new Blob([content], { type }), name)

function give(data: Blob, name: string): void {
  const address = URL.createObjectURL(data)
  follow(address, name)
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** For whoever checks it with `python -m yimen.verify`, or reads it with a program of their own. */
export const keepJson = (name: string, content: unknown): void =>
  keep(name, JSON.stringify(content, null, 2), 'application/json')

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
