/** Holds back decodes so that the pixels in memory at one time stay below a budget, however many requests come in. */

export interface DecodeGate {
  /** Runs `decode` when `pixels` more fit into the budget; a single picture above the budget runs alone. First come, first served. */
  run<T>(pixels: number, decode: () => Promise<T>): Promise<T>
}

export function decodeGate(budgetPixels: number): DecodeGate {
  const waiting: { readonly pixels: number; readonly start: () => void }[] = []
  let inFlight = 0

  const admit = () => {
    for (let next = waiting[0]; next && (inFlight === 0 || inFlight + next.pixels <= budgetPixels); next = waiting[0]) {
      waiting.shift()
      inFlight += next.pixels
      next.start()
    }
  }
  return {
    async run(pixels, decode) {
      await new Promise<void>((start) => {
        waiting.push({ pixels, start })
        admit()
      })
      try {
        return await decode()
      } finally {
        inFlight -= pixels
        admit()
      }
    },
  }
}
