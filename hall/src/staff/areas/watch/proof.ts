/** Whether an event is under a seal: the path from its leaf leads to the root (RFC 9162 §2.1.3.2). */
export interface Proof {
  position: number
  leaf: string
  path: string[]
  seal: { size: number; root: string }
}

const bytes = (hexadecimal: string) => Uint8Array.from(hexadecimal.match(/../g) ?? [], (pair) => parseInt(pair, 16))
const text = (found: ArrayBuffer) =>
  [...new Uint8Array(found)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const NODE = 1

async function node(left: string, right: string): Promise<string> {
  return text(await crypto.subtle.digest('SHA-256', Uint8Array.from([NODE, ...bytes(left), ...bytes(right)])))
}

/** `position` counts from 1. */
export async function included({ position, leaf, path, seal }: Proof): Promise<boolean> {
  let [index, last, hash] = [position - 1, seal.size - 1, leaf]
  if (index > last) return false
  for (const beside of path) {
    if (last === 0) return false
    if (index % 2 === 1 || index === last) {
      hash = await node(beside, hash)
      while (index % 2 === 0 && index > 0) [index, last] = [Math.floor(index / 2), Math.floor(last / 2)]
    } else {
      hash = await node(hash, beside)
    }
    ;[index, last] = [Math.floor(index / 2), Math.floor(last / 2)]
  }
  return last === 0 && hash === seal.root
}
