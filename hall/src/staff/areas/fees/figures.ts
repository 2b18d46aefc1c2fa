/** Which figures of the books are money (分); the others are counts. */
const MONEY = new Set([
  ...['debit', 'credit', 'bank', 'taken', 'closing', 'covered', 'claims', 'unpaid', 'suspense', 'excepted'],
  ...['refunds_due', 'owed', 'to_remit', 'on_its_way', 'unremitted'],
])

export const isMoney = (figure: string): boolean => MONEY.has(figure)
