/**
 * The results of `work`, in the order of the items, with up to `atOnce` under way: what waits for a disk waits together.
 * When the reader stops early, what is under way is waited for.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = []
  try {
    for await (const item of items) {
      const started = work(item)
      // It is reported when its turn comes; until then it must not count as unhandled.
      started.catch(() => {})
      running.push(started)
      const first = running.length >= atOnce ? running.shift() : undefined
      if (first) yield await first
    }
    for (let next = running.shift(); next; next = running.shift()) yield await next
  } finally {
    await Promise.allSettled(running)
  }
}
