/**
 * What can go wrong with a request, as its reader sees it.
 *
 *   Problem            the hall refused: a problem document (RFC 9457) in words for the reader
 *   └── Offline        nothing answered; what was typed is still there
 */

export interface FieldError {
  in: string
  pointer: string
  message: string
}

export interface ProblemDocument {
  title: string
  status: number
  detail: string
  code: string
  errors?: FieldError[]
  [more: string]: unknown
}

export class Problem extends Error {
  constructor(readonly document: ProblemDocument) {
    super(`${document.status} ${document.code}: ${document.title}`)
  }

  get code(): string {
    return this.document.code
  }

  get status(): number {
    return this.document.status
  }

  /** Somebody else changed it since it was read: look again. */
  get stale(): boolean {
    return this.status === 412
  }
}

export class Offline extends Problem {
  constructor() {
    super({ title: '', detail: '', status: 0, code: 'offline' })
  }
}

const UNREADABLE: ProblemDocument = { title: '', detail: '', status: 500, code: 'unreadable' }

/** From an answer that is no success; also where something in between answered in our place. */
export function problemOf(body: unknown, status: number): Problem {
  const known = typeof body === 'object' && body !== null && 'title' in body && 'code' in body
  return new Problem(known ? (body as ProblemDocument) : { ...UNREADABLE, status })
}

/** Any failure as a Problem. A defect of our own is told to the console, where tests hear it. */
export function asProblem(failure: unknown): Problem {
  if (failure instanceof Problem) return failure
  console.error(failure) // eslint-disable-line no-console -- a defect, and the only place to say so
  return new Problem(UNREADABLE)
}
