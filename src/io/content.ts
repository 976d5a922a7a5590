/** What is handed to a sink, as a stream of chunks. */
export type Content = AsyncIterable<Uint8Array> | Uint8Array | string

export async function* chunksOf(content: Content): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield Buffer.from(content)
  else if (content instanceof Uint8Array) yield content
  else yield* content
}

/** The start of a content: all of it when it is small, which lets a writer know its size before it writes. */
export interface Gathered {
  readonly head: readonly Uint8Array[]
  readonly headBytes: number
  /** What follows the head; null when the head is everything. */
  readonly rest: AsyncGenerator<Uint8Array> | null
}

export async function gather(content: Content, maxBytes: number): Promise<Gathered> {
  const chunks = chunksOf(content)
  const head: Uint8Array[] = []
  let headBytes = 0
  for (;;) {
    const next = await chunks.next()
    if (next.done) return { head, headBytes, rest: null }
    head.push(next.value)
    headBytes += next.value.byteLength
    if (headBytes > maxBytes) return { head, headBytes, rest: chunks }
  }
}

/** Head and rest again as one stream. */
export async function* allChunks({ head, rest }: Gathered): AsyncGenerator<Uint8Array> {
  yield* head
  if (rest) yield* rest
}
