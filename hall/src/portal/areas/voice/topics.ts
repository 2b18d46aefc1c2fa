/** Of what kind a complaint can be, and which office looks into each (R93). */
export const TOPICS = {
  service: 'centre',
  attitude: 'centre',
  delay: 'centre',
  fee: 'discipline',
  bribery: 'discipline',
  licensing: 'supervision',
} as const

export type Topic = keyof typeof TOPICS
