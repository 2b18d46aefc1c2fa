import type { Review } from './may'

/** Where an act on a review goes, and on which version of it. */
export const place = ({ department, review_id }: Review, version: string) => ({
  params: { path: { department, review_id }, header: { 'If-Match': version } },
})
