/** The light beside a state's word: who has to act is yellow, what went wrong red, what is done green, the rest blue. */
const LIGHTS: Record<string, Record<string, string>> = {
  list: { open: 'yellow', verified: 'green', settled: 'green', rejected: 'red' },
  notice: { issued: 'yellow', overdue: 'red', receipted: 'green', remitted: 'green', nothing_due: 'green' },
  dispute: { open: 'yellow', upheld: 'green' },
  refund: { requested: 'yellow', verified: 'yellow', refunded: 'green', failed: 'red' },
  relief: { requested: 'yellow', reviewed: 'yellow', approved: 'yellow', granted: 'green' },
  exception: { open: 'yellow', proposed: 'yellow', resolved: 'green' },
  difference: { open: 'yellow', held: 'yellow', healed: 'green', resolved: 'green' },
  day: { open: 'yellow', closed: 'green' },
  ticket: { issued: 'green' },
  statement: { refused: 'red', accepted: 'green' },
}

export const lightOf = (kind: string, state: string): string => LIGHTS[kind]?.[state] ?? 'blue'
