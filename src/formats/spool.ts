/**
 * Text that has to wait in memory, packed to about a tenth of its size.
 *
 * Some files list first what is known last. A format has no disk of its own, and JSON rows of one kind pack well.
 */
export class Spool {
  readonly #blockChars: number
  #pending = ''
  readonly #blocks: Promise<Uint8Array>[] = []
  #lines = 0

  /** @param blockChars how much is packed at once: more packs better, less can wait unpacked in many spools */
  constructor(blockChars = 512 * 1024) {
    this.#blockChars = blockChars
  }

  get lines(): number {
    return this.#lines
  }

  /** @param line without line breaks, which JSON text never has */
  async add(line: string): Promise<void> {
    this.#pending += `${line}\n`
    this.#lines++
    if (this.#pending.length < this.#blockChars) return
    // Two blocks are packed beside the work that fills the next one, not more.
    const before = this.#blocks.at(-2)
    this.#blocks.push(pack(this.#pending))
    this.#pending = ''
    await before
  }

  /** Groups of lines, in the order added. */
  async *read(): AsyncGenerator<readonly string[]> {
    for (const block of this.#blocks) yield linesOf(await unpack(await block))
    if (this.#pending !== '') yield linesOf(this.#pending)
  }
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  lines.pop()
  return lines
}

async function pack(text: string): Promise<Uint8Array> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

async function unpack(packed: Uint8Array): Promise<string> {
  const bytes = new Uint8Array(packed)
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text()
}
