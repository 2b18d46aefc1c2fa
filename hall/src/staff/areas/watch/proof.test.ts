import { describe, expect, it } from 'vitest'
import { included } from './proof'

/** Seven leaves 00, 01, … 06, by yimen/merkle.py: the first, the fourth, and the last, which stands on the tree's edge. */
const SEAL = { size: 7, root: '3560191803028444b232018ac047fdb561c09c23a7a6876c85e08b5e4d48e9f3' }
const PROOFS = [
  {
    position: 1,
    leaf: '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    path: [
      'b413f47d13ee2fe6c845b2ee141af81de858df4ec549a58b7970bb96645bc8d2',
      '52c56b473e5246933e7852989cd9feba3b38f078742b93afff1e65ed46797825',
      '89c929834ed1459b07f65b5e1a2143a8cf5d8efdf30f49ffffa328bb1d9133bb',
    ],
    seal: SEAL,
  },
  {
    position: 4,
    leaf: '583c7dfb7b3055d99465544032a571e10a134b1b6f769422bbb71fd7fa167a5d',
    path: [
      'fcf0a6c700dd13e274b6fba8deea8dd9b26e4eedde3495717cac8408c9c5177f',
      'a20bf9a7cc2dc8a08f5f415a71b19f6ac427bab54d24eec868b5d3103449953a',
      '89c929834ed1459b07f65b5e1a2143a8cf5d8efdf30f49ffffa328bb1d9133bb',
    ],
    seal: SEAL,
  },
  {
    position: 7,
    leaf: '40d88127d4d31a3891f41598eeed41174e5bc89b1eb9bbd66a8cbfc09956a3fd',
    path: [
      '4b8c129ed14cce2c08cfc6766db7f8cdb133b5f698b8de3d5890ea7ff7f0a8d1',
      '9bcd51240af4005168f033121ba85be5a6ed4f0e6a5fac262066729b8fbfdecb',
    ],
    seal: SEAL,
  },
]

describe('a proof of an event', () => {
  it('leads from the event to the root of the seal', async () => {
    for (const proof of PROOFS) expect(await included(proof)).toBe(true)
  })

  it('does not hold for another event, place, root or path', async () => {
    const [first, fourth] = [PROOFS[0]!, PROOFS[1]!]
    expect(await included({ ...first, leaf: fourth.leaf })).toBe(false)
    expect(await included({ ...first, position: 2 })).toBe(false)
    expect(await included({ ...first, position: 8 })).toBe(false)
    expect(await included({ ...first, seal: { size: 7, root: first.leaf } })).toBe(false)
    expect(await included({ ...first, path: first.path.slice(1) })).toBe(false)
    expect(await included({ ...first, path: [...first.path, first.leaf] })).toBe(false)
  })
})
