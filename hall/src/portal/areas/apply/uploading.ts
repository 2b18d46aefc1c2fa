/**
 * Uploading one file, with its progress told. Guarantees: what is too large or plainly of a wrong kind is not sent; the
 * same file again, after a lost answer, is one file at the hall.
 */
import type { components } from '@/generated/intake'
import { Offline, problemOf } from '@/kit/api/problem'
import { useSession } from '@/kit/session'

type FileView = components['schemas']['FileView']

export const KINDS = ['pdf', 'jpg', 'jpeg', 'png', 'ofd', 'docx', 'xlsx']
export const ACCEPT = KINDS.map((kind) => `.${kind}`).join(',')
export const MOST_MEGABYTES = 20

/** The word of what is wrong with it (apply.file.<word>), if anything. */
export function unfit(file: Pick<File, 'name' | 'size'>): 'empty' | 'large' | 'kind' | undefined {
  const kind = file.name.split('.').pop()?.toLowerCase() ?? ''
  if (!KINDS.includes(kind)) return 'kind'
  if (file.size === 0) return 'empty'
  return file.size > MOST_MEGABYTES * 1024 * 1024 ? 'large' : undefined
}

/** `told` hears the share that has left, 0 to 1. Throws Problem; an aborted one rejects with the signal's reason. */
export function upload(file: File, told: (share: number) => void, signal: AbortSignal): Promise<FileView> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest() // fetch does not tell how much of a body has left
    request.open('POST', '/intake/files')
    request.setRequestHeader('Authorization', `Bearer ${useSession().token}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.responseType = 'json'
    request.upload.onprogress = ({ loaded, total }) => told(total ? loaded / total : 0)
    request.onerror = () => reject(new Offline())
    request.onabort = () => reject(signal.reason)
    request.onload = () => {
      if (request.status === 401) useSession().lapse()
      if (request.status === 201) resolve(request.response as FileView)
      else reject(problemOf(request.response, request.status))
    }
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

const NAMES = 'yimen.file-names'

/** Names of the files that this tab has uploaded, by file_id: the hall keeps none. */
export const knownNames = (): Record<string, string> =>
  JSON.parse(sessionStorage.getItem(NAMES) ?? '{}') as Record<string, string>

export const keepName = (id: string, name: string): void =>
  sessionStorage.setItem(NAMES, JSON.stringify({ ...knownNames(), [id]: name }))
