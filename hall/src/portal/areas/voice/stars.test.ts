import { expect, it } from 'vitest'
import { aspectsOf, bodyOf, noOpinion, wrongOf } from './stars'

const t = (key: string) => key

it('needs stars, and nothing else', () => {
  expect(wrongOf(noOpinion(), t)).toHaveProperty('stars')
  expect(wrongOf({ ...noOpinion(), stars: 4 }, t)).toEqual({})
})
it('needs name and telephone of whoever wants to be called back', () =>
  expect(Object.keys(wrongOf({ ...noOpinion(), stars: 1, named: true }, t))).toEqual(['rater', 'contact']))
it('sends no name of somebody who took it back', () => {
  const opinion = { ...noOpinion(), stars: 2, rater: '张小梅', contact: '138', aspects: { ease: 0, platform: 3 } }
  expect(bodyOf(opinion)).toEqual({ stars: 2, aspects: { platform: 3 }, named: false })
})
it('asks by the list in force, the last one', () => {
  const version = (number: number, code: string) => ({
    version: number,
    online: { overall: '', [code]: '' },
    offline: {},
  })
  expect(aspectsOf({ levels: {}, versions: [version(1, 'old'), version(2, 'new')] }, 'online')).toEqual(['new'])
  expect(aspectsOf(undefined, 'online')).toEqual([])
})
