/**
 * The draft behind an application: saved at the hall as one writes. Guarantees: a save whose answer was lost is neither
 * doubled nor taken for somebody else's; what another tab saved is not overwritten without being asked.
 */
import { onScopeDispose, reactive, watch } from 'vue'
import type { components } from '@/generated/intake'
import { ask, asProblem, intake, newKey, see, type Problem, type Seen } from '@/kit/api'
import { fromDraft, toDraft, type Application, type Draft } from './application'

type DraftView = components['schemas']['DraftView']

const PAUSE_MS = 1200

export interface Drafting {
  id: string
  savedAt: string
  keptUntil: string
  saving: boolean
  /** Something was typed that the hall does not have yet. */
  behind: boolean
  problem?: Problem
  /** A newer one, written elsewhere. */
  newer?: DraftView
  /** It is not there any more: handed in, deleted or too old. */
  gone: boolean
}

interface Held {
  id: string
  version: string
  saved: string
  /** The first save, until it is answered. */
  first?: { key: string; content: string }
}

export const draftSlot = (code: string) => `yimen.draft.${code}`

export function useDraft(code: string, values: Application) {
  const state = reactive<Drafting>({ id: '', savedAt: '', keptUntil: '', saving: false, behind: false, gone: false })
  const content = () => JSON.stringify(toDraft(code, values))
  const same = (draft: Draft) => JSON.stringify(toDraft(code, fromDraft(draft)))
  const text = sessionStorage.getItem(draftSlot(code))
  const before = text ? (JSON.parse(text) as Held) : undefined
  let held: Held = before ?? { id: '', version: '', saved: content() }
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | undefined
  let stopped = true

  function keep(change: Partial<Held>): void {
    held = { ...held, ...change }
    state.id = held.id
    state.behind = held.saved !== content()
    sessionStorage.setItem(draftSlot(code), JSON.stringify(held))
  }

  function take({ value, version }: Seen<DraftView>): void {
    Object.assign(state, { savedAt: value.saved_at, keptUntil: value.kept_until, problem: undefined })
    keep({ id: value.draft_id, version, saved: same(value.application), first: undefined })
  }

  function adopt(seen: Seen<DraftView>, replace: (draft: Draft) => void): void {
    replace(seen.value.application)
    take(seen)
  }

  const read = (id: string) => see(intake.GET('/drafts/{draft_id}', { params: { path: { draft_id: id } } }))

  /** The first save is repeated as it was, whatever was typed meanwhile: one key, one draft. */
  async function begin(): Promise<void> {
    const first = held.first ?? { key: newKey(), content: content() }
    keep({ first })
    const header = { 'Idempotency-Key': first.key }
    take(await see(intake.POST('/drafts', { params: { header }, body: JSON.parse(first.content) as Draft })))
  }

  async function change(): Promise<void> {
    const body = toDraft(code, values)
    const params = { path: { draft_id: held.id }, header: { 'If-Match': held.version } }
    try {
      take(await see(intake.PUT('/drafts/{draft_id}', { params, body })))
    } catch (failure) {
      if (!asProblem(failure).stale) throw failure
      compare(await read(held.id))
    }
  }

  /** What stands at the hall is ours after all, if it says what we say. */
  function compare(seen: Seen<DraftView>): void {
    if (same(seen.value.application) === content()) take(seen)
    else state.newer = seen.value
  }

  async function save(): Promise<void> {
    if (stopped || state.newer || state.gone || content() === held.saved) return
    state.saving = true
    try {
      if (held.id) await change()
      else await begin()
    } catch (failure) {
      failed(asProblem(failure))
    } finally {
      state.saving = false
    }
  }

  function failed(problem: Problem): void {
    if (problem.status === 404) state.gone = true
    else state.problem = problem
  }

  /** One at a time; resolves when the hall has all that was typed, or cannot have it. */
  async function flush(): Promise<void> {
    clearTimeout(timer)
    while (running) await running
    running = save().finally(() => (running = undefined))
    await running
    if (!state.problem && !state.newer && !state.gone && !stopped && content() !== held.saved) await flush()
  }

  watch(content, (now) => {
    state.behind = now !== held.saved
    clearTimeout(timer)
    timer = setTimeout(flush, PAUSE_MS)
  })
  onScopeDispose(() => clearTimeout(timer))

  /** `wanted`: the draft that the address names. `replace` puts what stands at the hall into the form. */
  async function resume(wanted: string, replace: (draft: Draft) => void): Promise<void> {
    const own = Boolean(held.id) && (!wanted || held.id === wanted)
    if (!own && !wanted) return go()
    try {
      const seen = await read(own ? held.id : wanted)
      if (!own) adopt(seen, replace)
      else if (seen.version === held.version) take(seen)
      else if (content() === held.saved) adopt(seen, replace)
      else compare(seen)
    } catch (failure) {
      if (own) failed(asProblem(failure))
      else state.problem = asProblem(failure)
    }
    go()
  }

  function go(): void {
    stopped = false
    state.id = held.id
    state.behind = held.saved !== content()
    if (state.behind) timer = setTimeout(flush, PAUSE_MS)
  }

  async function takeNewer(replace: (draft: Draft) => void): Promise<void> {
    if (!state.newer) return
    adopt(await read(state.newer.draft_id), replace)
    state.newer = undefined
  }

  async function keepOwn(): Promise<void> {
    if (!state.newer) return
    keep({ version: `"${state.newer.version}"` })
    state.newer = undefined
    await flush()
  }

  /** What is typed becomes a draft of its own. */
  async function saveAnew(): Promise<void> {
    state.gone = false
    keep({ id: '', version: '', saved: '', first: undefined })
    await flush()
  }

  /** Handed in, or thrown away here: nothing more is saved. */
  function forget(): void {
    stopped = true
    clearTimeout(timer)
    sessionStorage.removeItem(draftSlot(code))
  }

  return { state, resume, flush, takeNewer, keepOwn, saveAnew, forget, resumed: Boolean(before?.id) }
}

export const deleteDraft = (id: string, version: number) =>
  ask(
    intake.DELETE('/drafts/{draft_id}', {
      params: { path: { draft_id: id }, header: { 'If-Match': `"${version}"` } },
    }),
  )
