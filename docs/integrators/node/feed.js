// The hall's feed: everything that a department may hear, from a cursor on, also what its queue never got.
//
// HALL_URL      the hall, https://hall.example; without it the queue is all there is
// TOKEN_URL     the identity provider's token endpoint
// TOKEN_FORM    what is posted there: grant_type=client_credentials&client_id=…&client_secret=…

export const HALL_URL = (process.env.HALL_URL ?? '').replace(/\/$/, '')

// Events as CloudEvents JSON, oldest first, and the cursor to go on from. None left: an empty page.
export async function readPage(department, after) {
  const address = `${HALL_URL}/notify/feed?departments=${department}&limit=200&after=${after}`
  const answer = await ask(address, { headers: { Authorization: `Bearer ${await token()}` } })
  const [, following] = answer.headers.get('link').match(/<([^>]*)>/)
  return { events: await answer.json(), cursor: Number(new URL(following, address).searchParams.get('after')) }
}

async function token() {
  const answer = await ask(process.env.TOKEN_URL, { method: 'POST', body: new URLSearchParams(process.env.TOKEN_FORM) })
  return (await answer.json()).access_token
}

async function ask(address, options) {
  const answer = await fetch(address, { ...options, signal: AbortSignal.timeout(20_000) })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  return answer
}
