import type { Context } from '#core/context.ts'

/** Of each kind so many are told one by one; a million of the same would help nobody. */
const told = 20

/** Tells what was mended or left out while reading a file. */
export class Notes {
  readonly #ctx: Pick<Context, 'warn'>
  readonly #file: string
  readonly #counts = new Map<string, number>()

  constructor(ctx: Pick<Context, 'warn'>, file: string) {
    this.#ctx = ctx
    this.#file = file
  }

  add(code: string, message: string, where: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1
    this.#counts.set(code, count)
    if (count <= told) this.#ctx.warn({ code, message, where: `${this.#file}, ${where}` })
  }

  /** Says how many more there were. */
  close(): void {
    for (const [code, count] of this.#counts) {
      if (count > told) this.#ctx.warn({ code, message: `${count - told} more of these`, where: this.#file })
    }
  }
}
