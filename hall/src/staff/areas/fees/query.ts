/** How the fee service's lists are asked for. */

/** One of the words that the service knows; nothing where the address says another. */
export function oneOf<Word extends string>(words: readonly Word[], found: string | undefined): Word | undefined {
  return words.find((word) => word === found)
}

/** A page of a list that is continued after its last entry: another may follow where this one is full. */
export function pageOf<T>(items: T[], limit: number, key: (last: T) => string): { items: T[]; next?: string } {
  const last = items.at(-1)
  return { items, next: last && items.length === limit ? key(last) : undefined }
}
