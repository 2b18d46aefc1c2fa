/** A rating as it is filled in, at home or at the window's tablet, and what the hall takes. */
import { monitor, see } from '@/kit/api'
import { wrong } from '@/kit/wrong'
import type { components } from '@/generated/monitor'

export type RatingBody = components['schemas']['RatingBody']
export type Indicators = components['schemas']['IndicatorLists']

export const LEVELS = [5, 4, 3, 2, 1] as const

export interface Opinion {
  stars: number
  aspects: Record<string, number>
  comment: string
  named: boolean
  rater: string
  contact: string
}

export const noOpinion = (): Opinion => ({ stars: 0, aspects: {}, comment: '', named: false, rater: '', contact: '' })

/** As vue-i18n's t. */
type Say = (key: string, named?: Record<string, unknown>) => string

export const wrongOf = (opinion: Opinion, t: Say): Record<string, string> =>
  wrong(
    [!opinion.stars, 'stars', t('voice.starsNeeded')],
    [opinion.named && !opinion.rater.trim(), 'rater', t('form.required', { what: t('voice.name') })],
    [opinion.named && !opinion.contact.trim(), 'contact', t('form.required', { what: t('voice.phone') })],
  )

/** Without a name, none goes along; what was not rated is left out. */
export function bodyOf({ stars, aspects, comment, named, rater, contact }: Opinion): RatingBody {
  const rated = Object.entries(aspects).filter(([, star]) => star)
  return {
    stars,
    aspects: Object.fromEntries(rated),
    comment: comment.trim() || undefined,
    named,
    rater: named ? rater.trim() : undefined,
    contact: named ? contact.trim() : undefined,
  }
}

export const readIndicators = () => see(monitor.GET('/indicators'))

/** Beside the whole (整体), which the stars say already. */
export const aspectsOf = (lists: Indicators | undefined, way: 'online' | 'offline'): string[] =>
  Object.keys(lists?.versions.at(-1)?.[way] ?? {}).filter((code) => code !== 'overall')
