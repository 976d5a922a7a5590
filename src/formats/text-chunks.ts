const batchChars = 64 * 1024

/** Text as UTF-8 chunks of a size that is good to write. */
export async function* encoded(parts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let batch = ''
  for await (const part of parts) {
    batch += part
    if (batch.length < batchChars) continue
    yield encoder.encode(batch)
    batch = ''
  }
  if (batch !== '') yield encoder.encode(batch)
}
