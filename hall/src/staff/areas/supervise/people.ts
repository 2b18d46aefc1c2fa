/** People as they are typed into a box, one a line: number and name. */
export interface Sitting {
  id: string
  name: string
}

/** undefined where a line is not a number, a space and a name. */
export function peopleOf(typed: string): Sitting[] | undefined {
  const lines = typed
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const found = lines.map((line) => /^([^\s,，]+)[\s,，]+(\S.*)$/.exec(line))
  return found.every(Boolean) ? found.map((one) => ({ id: one![1]!, name: one![2]!.trim() })) : undefined
}
