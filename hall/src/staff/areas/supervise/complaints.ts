/** What a complaint may be about; its office follows from it (R93). */
import type { components } from '@/generated/monitor'

export type Topic = components['schemas']['Topic']
export const TOPICS: Topic[] = ['service', 'attitude', 'delay', 'fee', 'bribery', 'licensing']
