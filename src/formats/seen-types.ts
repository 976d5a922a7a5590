/**
 * Whether JSON lines would be given the same types in every split by a reader that goes by what it meets first.
 *
 * Followed are the places where a value can be: each column, each field of a struct, each element of a list.
 */
import type { Feature, Field } from './features.ts'

/** The reader decides by the first part of a file; a value that comes later is too late. */
const firstChars = 1024 * 1024

/** What Arrow's JSON reader takes for a time. */
const dateLike = /^\d{4}-\d\d-\d\d(?:[ T]\d\d(?::?\d\d(?::?\d\d)?)?Z?)?$/

export class SeenTypes {
  readonly #fields: readonly Field[]
  /** Places where any value was seen at all. */
  readonly #any = new Set<string>()
  /** For each split with rows, the places where its first part shows the type. */
  readonly #shown: Set<string>[] = []
  #isNew = false
  #chars = 0

  constructor(fields: readonly Field[]) {
    this.#fields = fields
  }

  nextSplit(): void {
    this.#isNew = true
    this.#chars = 0
  }

  /** @param chars how long the row is as text */
  add(row: Readonly<Record<string, unknown>>, chars: number): void {
    if (this.#isNew) this.#shown.push(new Set())
    this.#isNew = false
    this.#chars += chars
    for (const { name, feature } of this.#fields) this.#visit(row[name], feature, name)
  }

  any(column: string): boolean {
    return this.#any.has(column)
  }

  sameEverywhere(): boolean {
    return [...this.#any].every((place) => this.#shown.every((shown) => shown.has(place)))
  }

  #visit(value: unknown, feature: Feature, place: string): void {
    if (value === null || value === undefined) return
    this.#any.add(place)
    const isText = typeof value === 'string'
    if (this.#chars <= firstChars && !(isText && dateLike.test(value))) this.#shown.at(-1)?.add(place)
    if (feature.type === 'list') {
      for (const item of value as readonly unknown[]) this.#visit(item, feature.of, `${place}[]`)
    } else if (feature.type === 'struct') {
      const struct = value as Readonly<Record<string, unknown>>
      for (const field of feature.fields) this.#visit(struct[field.name], field.feature, `${place}.${field.name}`)
    }
  }
}
