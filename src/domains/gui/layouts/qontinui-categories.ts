/**
 * Category numbers and names of a dataset. The exporter can give one number to two names (it writes its map only after
 * the labels), so a name beside a box always counts before its number.
 */
import { isJsonObject, type JsonObject } from '#core/json.ts'
import { numberOf, textOf } from './qontinui-files.ts'

export class Categories {
  readonly #byId = new Map<number, string>()
  /** Names met beside each number, with the first place. */
  readonly #met = new Map<number, Map<string, string>>()

  fromMetadata(metadata: JsonObject): void {
    const map = metadata['category_map']
    for (const [name, id] of Object.entries(isJsonObject(map) ? map : {})) this.#add(numberOf(id), textOf(name))
    const list = metadata['categories']
    for (const entry of Array.isArray(list) ? (list as readonly unknown[]) : []) {
      if (isJsonObject(entry)) this.#add(numberOf(entry['id']), textOf(entry['name']))
    }
  }

  #add(id: number | null, name: string | null): void {
    if (id === null || name === null) return
    if (!this.#byId.has(id)) this.#byId.set(id, name)
    this.seen(id, name, 'metadata.json')
  }

  seen(id: number | null, name: string | null, where: string): void {
    if (id === null || name === null) return
    const names = this.#met.get(id) ?? new Map<string, string>()
    this.#met.set(id, names)
    if (!names.has(name)) names.set(name, where)
  }

  /** null when the number is unknown, or stands for several names, so that it says nothing. */
  nameOf(id: number | null): string | null {
    if (id === null || (this.#met.get(id)?.size ?? 0) > 1) return null
    return this.#byId.get(id) ?? null
  }

  conflicts(): readonly { readonly message: string; readonly where: string }[] {
    return [...this.#met].flatMap(([id, names]) => {
      if (names.size < 2) return []
      const list = [...names.keys()].sort().join(', ')
      const where = [...names.values()].at(-1) ?? 'metadata.json'
      return [{ message: `category ${id} stands for several names (${list}); the name beside each box counts`, where }]
    })
  }
}
