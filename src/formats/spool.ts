/**
 * Text that has to wait in memory, packed to about a tenth of its size.
 *
 * Some files list first what is known last. A format has no disk of its own, and JSON rows of one kind pack well. Lines
 * are kept as bytes from the start: a piece cut out of a longer text would keep that whole text in memory.
 */
type Bytes = Uint8Array<ArrayBuffer>

const startBytes = 4096
const lineBreak = 10

export class Spool {
  readonly #blockBytes: number
  #block: Bytes = new Uint8Array(startBytes)
  #used = 0
  readonly #packed: Promise<Bytes>[] = []
  readonly #encoder = new TextEncoder()

  /** @param blockBytes how much is packed at once: more packs better, less can wait unpacked in many spools */
  constructor(blockBytes = 128 * 1024) {
    this.#blockBytes = blockBytes
  }

  /** @param line without line breaks, which JSON text never has */
  async add(line: string): Promise<void> {
    this.#makeRoom(line.length * 3 + 1)
    this.#used += this.#encoder.encodeInto(line, this.#block.subarray(this.#used)).written
    this.#block[this.#used++] = lineBreak
    if (this.#used < this.#blockBytes) return
    // Two blocks are packed beside the work that fills the next one, not more.
    const before = this.#packed.at(-2)
    this.#packed.push(pack(this.#block.slice(0, this.#used)))
    this.#used = 0
    // Not kept at its size: of many spools most wait for nothing more.
    this.#block = new Uint8Array(startBytes)
    await before
  }

  /** Groups of lines, in the order added. */
  async *read(): AsyncGenerator<readonly string[]> {
    for (const block of this.#packed) yield linesOf(await unpack(await block))
    if (this.#used > 0) yield linesOf(new TextDecoder().decode(this.#block.subarray(0, this.#used)))
  }

  #makeRoom(bytes: number): void {
    const needed = this.#used + bytes
    if (needed <= this.#block.byteLength) return
    const larger = new Uint8Array(Math.max(needed, this.#block.byteLength * 2))
    larger.set(this.#block.subarray(0, this.#used))
    this.#block = larger
  }
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  lines.pop()
  return lines
}

async function pack(bytes: Bytes): Promise<Bytes> {
  return joined(through(new CompressionStream('deflate-raw'), bytes))
}

async function unpack(packed: Bytes): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of through(new DecompressionStream('deflate-raw'), packed)) {
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

async function* through(
  { readable, writable }: CompressionStream | DecompressionStream,
  bytes: Bytes,
): AsyncGenerator<Uint8Array> {
  const writer = writable.getWriter()
  const written = writer.write(bytes).then(() => writer.close())
  yield* readable
  await written
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Bytes> {
  const list = await Array.fromAsync(chunks)
  const bytes = new Uint8Array(list.reduce((sum, chunk) => sum + chunk.byteLength, 0))
  let at = 0
  for (const chunk of list) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
