/** Papers of the hall, checked with notify: by the number that stands on them, or the file itself. */
import { ask, notify } from '@/kit/api'
import type { components } from '@/generated/notify'

export type Answer = components['schemas']['Answer']

const Accept = 'application/json'

/** For people the same address answers with a page; whoever asks for JSON gets no other. */
const told = (answer: Answer | string): Answer => answer as Answer

export async function checkNumber(number: string): Promise<Answer> {
  return told(await ask(notify.GET('/check', { params: { query: { number } }, headers: { Accept } })))
}

/** Byte for byte; `number` may be empty. The hall hashes the file and forgets it. */
export async function checkFile(file: File, number: string): Promise<Answer> {
  const sent = notify.POST('/check', {
    params: { query: { number: number || undefined } },
    headers: { Accept, 'Content-Type': 'application/pdf' },
    body: '',
    bodySerializer: () => file,
  })
  return told(await ask(sent))
}
