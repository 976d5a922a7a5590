const batchChars = 64 * 1024

/** Text as UTF-8 chunks of a size that is good to write. */
export async function* encoded(parts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  if (Symbol.iterator in parts) {
    // Waiting for what is there already, a line at a time, takes longer than writing it.
    for (const batch of batched(parts)) yield encoder.encode(batch)
    return
  }
  let batch = ''
  for await (const part of parts) {
    batch += part
    if (batch.length < batchChars) continue
    yield encoder.encode(batch)
    batch = ''
  }
  if (batch !== '') yield encoder.encode(batch)
}

function* batched(parts: Iterable<string>): Generator<string> {
  let batch = ''
  for (const part of parts) {
    batch += part
    if (batch.length < batchChars) continue
    yield batch
    batch = ''
  }
  if (batch !== '') yield batch
}
