/** Where the steps of a process map stand: from the beginning downwards, in layers, those travelled most in the middle. */
import type { components } from '@/generated/monitor'

type Arrow = components['schemas']['ProcessArrow']

export interface Place {
  step: string
  x: number
  y: number
}

/** A step stands one layer below the nearest step that leads to it. */
export function layout(arrows: Pick<Arrow, 'origin' | 'target' | 'count'>[]): Place[] {
  const layers = layersOf(arrows)
  const weight = (step: string) => arrows.reduce((sum, one) => sum + (one.target === step ? one.count : 0), 0)
  const rows = new Map<number, string[]>()
  for (const [step, layer] of layers) rows.set(layer, [...(rows.get(layer) ?? []), step])
  return [...rows].flatMap(([y, steps]) =>
    steps
      .sort((a, b) => weight(b) - weight(a) || a.localeCompare(b))
      .map((step, index) => ({ step, x: (index % 2 ? -1 : 1) * Math.ceil(index / 2), y })),
  )
}

function layersOf(arrows: Pick<Arrow, 'origin' | 'target'>[]): Map<string, number> {
  const layers = new Map([['begin', 0]])
  for (let reached = ['begin']; reached.length;) {
    const next = arrows.filter((one) => reached.includes(one.origin) && !layers.has(one.target) && one.target !== 'end')
    for (const { origin, target } of next) if (!layers.has(target)) layers.set(target, layers.get(origin)! + 1)
    reached = [...new Set(next.map((one) => one.target))]
  }
  if (arrows.some((one) => one.target === 'end')) layers.set('end', Math.max(...layers.values()) + 1)
  return layers
}

/** The arrows that were travelled most, so that a map of many ways stays one that can be read. */
export const busiest = <A extends { count: number }>(arrows: A[], most: number): A[] =>
  [...arrows].sort((a, b) => b.count - a.count).slice(0, most)
