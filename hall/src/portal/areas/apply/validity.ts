/** How intake says whether a licence holds, as keys of our words. */
export const VALIDITY: Record<string, string> = {
  有效: 'valid',
  尚未生效: 'future',
  已到期: 'expired',
  已延续: 'renewed',
}
