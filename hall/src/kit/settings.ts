/** What this hall's pages need to be told, from /hall.json: who vouches for people, and whether it is a demonstration. */
export interface Settings {
  issuer: string
  client_id: string
  demonstration: boolean
}

let told: Promise<Settings> | undefined

export function settings(): Promise<Settings> {
  told ??= fetch('/hall.json').then((answer) => {
    told = answer.ok ? told : undefined
    return answer.json() as Promise<Settings>
  })
  return told
}
