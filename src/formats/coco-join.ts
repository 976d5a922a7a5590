/**
 * A COCO file as pictures with their annotations, in the order of its pictures.
 *
 * A first pass learns the ids, and whether the annotations stand in the order of the pictures, as most programs write
 * them. Then two readers go through the file side by side and nothing waits in memory. Otherwise a second pass sorts
 * pictures and annotations into groups, which wait packed.
 */
import { brief, fault } from '#core/faults.ts'
import type { Source } from '#core/io.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '#core/json.ts'
import { idText } from './coco-annotation.ts'
import { utcOf } from './envelope.ts'
import { jsonPieces } from './json-pieces.ts'
import type { Notes } from './notes.ts'
import { Spool } from './spool.ts'

export interface CocoIndex {
  /** Which picture in order of the file an id belongs to. */
  readonly order: ReadonlyMap<string, number>
  /** Names by category id. */
  readonly categories: ReadonlyMap<string, string>
  readonly licenses: ReadonlyMap<string, string>
  /** UTC; null when the file does not say. */
  readonly createdAt: string | null
  /** Whether annotations come after the pictures and in their order. */
  readonly sorted: boolean
}

export interface CocoPicture {
  readonly image: JsonObject
  readonly annotations: readonly JsonObject[]
}

/** So many pictures are put together with their annotations at once. */
const groupSize = 512
/** Many groups wait side by side, each with little unpacked. */
const groupBlockBytes = 32 * 1024

export async function indexCoco(source: Source, name: string, notes: Notes): Promise<CocoIndex> {
  const [order, categories, licenses] = [
    new Map<string, number>(),
    new Map<string, string>(),
    new Map<string, string>(),
  ]
  const labels = new Set<string>()
  let createdAt: string | null = null
  let [sorted, lastPlace] = [true, -1]
  const addImage = (id: string) => {
    if (lastPlace >= 0) sorted = false
    if (order.has(id)) notes.add('coco.image-twice', 'two pictures have this id; the second is left out', `image ${id}`)
    else order.set(id, order.size)
  }
  const addCategory = (category: JsonObject) => {
    const id = idText(category['id'])
    const label = typeof category['name'] === 'string' ? category['name'] : `category ${id}`
    if (label !== category['name']) notes.add('coco.category-name', `no name; called "${label}"`, `category ${id}`)
    if (labels.has(label)) {
      notes.add('coco.category-twice', `another category is called "${label}" too; they become one`, `category ${id}`)
    }
    labels.add(label)
    categories.set(id, label)
  }
  for await (const pieces of jsonPieces(source.read(name), name, () => true)) {
    for (const { key, text, index } of pieces) {
      const where = `${name}, ${key} ${index}`
      if (key === 'annotations') {
        const place = order.get(imageIdOf(text, where)) ?? lastPlace
        if (order.size === 0 || place < lastPlace) sorted = false
        lastPlace = Math.max(place, lastPlace, 0)
      } else if (key === 'images') addImage(idText(objectOf(text, where)['id']))
      else if (key === 'categories') addCategory(objectOf(text, where))
      else if (key === 'licenses' && index !== null) addLicense(licenses, objectOf(text, where))
      else if (key === 'info') createdAt = dateOf(parseJson(text, where))
    }
  }
  return { order, categories, licenses, createdAt, sorted }
}

function addLicense(licenses: Map<string, string>, license: JsonObject): void {
  const name = license['name'] ?? license['url']
  if (typeof name === 'string') licenses.set(idText(license['id']), name)
}

const dateOf = (info: Json) => (isJsonObject(info) ? utcOf(info['date_created']) : null)

export function joinCoco(source: Source, name: string, index: CocoIndex, notes: Notes): AsyncGenerator<CocoPicture> {
  const annotations = annotationsIn(source, name, index, notes)
  return index.sorted
    ? merged(imagesIn(source, name, index), annotations)
    : grouped(imagesIn(source, name, index), annotations)
}

interface Placed {
  readonly place: number
  readonly text: string
  readonly where: string
}

/** The first picture of each id. */
async function* imagesIn(source: Source, name: string, { order }: CocoIndex): AsyncGenerator<Placed> {
  let place = 0
  for await (const pieces of jsonPieces(source.read(name), name, (key) => key === 'images')) {
    for (const { text, index } of pieces) {
      const where = `${name}, images ${index}`
      if (order.get(idText(objectOf(text, where)['id'])) === place) yield { place: place++, text, where }
    }
  }
}

async function* annotationsIn(source: Source, name: string, index: CocoIndex, notes: Notes): AsyncGenerator<Placed> {
  for await (const pieces of jsonPieces(source.read(name), name, (key) => key === 'annotations')) {
    for (const { text, index: position } of pieces) {
      const where = `${name}, annotations ${position}`
      const imageId = imageIdOf(text, where)
      const place = index.order.get(imageId)
      if (place !== undefined) yield { place, text, where }
      else {
        const id = idText(objectOf(text, where)['id'])
        notes.add('coco.image-unknown', `no picture has the id ${imageId}; left out`, `annotation ${id}`)
      }
    }
  }
}

async function* merged(
  images: AsyncGenerator<Placed>,
  annotations: AsyncGenerator<Placed>,
): AsyncGenerator<CocoPicture> {
  try {
    let next = await annotations.next()
    for await (const { place, text, where } of images) {
      const own: JsonObject[] = []
      for (; !next.done && next.value.place === place; next = await annotations.next()) {
        own.push(objectOf(next.value.text, next.value.where))
      }
      yield { image: objectOf(text, where), annotations: own }
    }
    // What is left belongs to no picture: it is looked at, for the notes.
    while (!next.done) next = await annotations.next()
  } finally {
    await annotations.return(undefined)
  }
}

async function* grouped(
  images: AsyncGenerator<Placed>,
  annotations: AsyncGenerator<Placed>,
): AsyncGenerator<CocoPicture> {
  const groups = await intoGroups(annotations)
  let [current, own] = [-1, new Map<number, JsonObject[]>()]
  for await (const { place, text, where } of images) {
    const group = Math.floor(place / groupSize)
    if (group !== current) [current, own] = [group, await byPlace(groups[group])]
    yield { image: objectOf(text, where), annotations: own.get(place) ?? [] }
  }
}

async function intoGroups(annotations: AsyncGenerator<Placed>): Promise<readonly Spool[]> {
  const groups: Spool[] = []
  for await (const { place, text } of annotations) {
    const i = Math.floor(place / groupSize)
    while (groups.length <= i) groups.push(new Spool(groupBlockBytes))
    await groups[i]?.add(`${place} ${oneLine(text)}`)
  }
  return groups
}

async function byPlace(group: Spool | undefined): Promise<Map<number, JsonObject[]>> {
  const found = new Map<number, JsonObject[]>()
  if (group === undefined) return found
  for await (const lines of group.read()) {
    for (const line of lines) {
      const space = line.indexOf(' ')
      const place = Number(line.slice(0, space))
      const annotation = objectOf(line.slice(space + 1), 'annotations')
      const list = found.get(place)
      if (list) list.push(annotation)
      else found.set(place, [annotation])
    }
  }
  return found
}

/**
 * The id of the picture, without parsing where only plain values stand before it, as in most files: to parse a million
 * annotations once more takes as long as all the rest.
 */
function imageIdOf(text: string, where: string): string {
  return plainImageId.exec(text)?.[1] ?? idText(objectOf(text, where)['image_id'])
}

const plainImageId =
  /^\{\s*(?:"[^"\\]*"\s*:\s*(?:-?[\d.eE+-]+|"[^"\\]*"|true|false|null)\s*,\s*)*?"image_id"\s*:\s*(-?(?:0|[1-9]\d*))\s*[,}]/

function objectOf(text: string, where: string): JsonObject {
  const value = parseJson(text, where)
  if (isJsonObject(value)) return value
  throw fault('layout.invalid', { expected: 'an object', found: brief(value), where })
}

/** Text between quotes has no line breaks in JSON; those outside mean nothing. */
const oneLine = (text: string) => (text.includes('\n') ? text.replaceAll(/[\r\n]+/g, ' ') : text)
