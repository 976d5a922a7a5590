/** COCO detection: see `coco-write.ts` for what is written, `coco-read.ts` for what is read. */
import type { SplitName } from '#core/dataset.ts'
import type { Format } from '#core/format.ts'
import type { Source } from '#core/io.ts'
import type { Match } from '#core/report.ts'
import { type CocoFile, readCocoFile } from './coco-read.ts'
import { writeCoco } from './coco-write.ts'
import { jsonPieces } from './json-pieces.ts'

export const coco = {
  name: 'coco',
  about: 'COCO detection: pictures with boxes, for Detectron2, MMDetection, torchvision, pycocotools',
  sampleTypes: ['image'],
  options: {},
  write: (items, head, media, sink, _options, ctx) => writeCoco(items, head, media, sink, ctx),
  async *read(source, intake, ctx) {
    for (const name of await annotationFiles(source)) {
      const file: CocoFile = { name, split: splitOf(name), find: await pictureFinder(source, name) }
      yield* readCocoFile(source, file, intake, ctx)
    }
  },
  async detect(source): Promise<Match> {
    const files = await annotationFiles(source)
    if (files.length > 0) return { fits: true, variant: files.length === 1 ? 'one file' : `${files.length} files` }
    return { fits: false, because: ['no .json file with "images", "annotations" and "categories"'] }
  },
} as const satisfies Format

/** In folders with many .json files only those named like a COCO file are looked into. */
const manyFiles = 30
const likelyName =
  /(?:^|\/)(?:instances|_annotations|annotations?|coco|dataset|labels|train|val|valid|validation|test)[^/]*\.json$/i

/** By what is in them, since everyone names them otherwise; in the order of the splits. */
function annotationFiles(source: Source): Promise<readonly string[]> {
  const found = foundIn.get(source) ?? findAnnotationFiles(source)
  foundIn.set(source, found)
  return found
}

/** Looking may take a pass over the whole file, and whoever reads has looked before. */
const foundIn = new WeakMap<Source, Promise<readonly string[]>>()

async function findAnnotationFiles(source: Source): Promise<readonly string[]> {
  const all = (await source.files()).filter(({ name }) => name.toLowerCase().endsWith('.json')).map(({ name }) => name)
  const candidates = all.length <= manyFiles ? all : all.filter((name) => likelyName.test(name)).slice(0, manyFiles)
  const found: string[] = []
  for (const name of candidates) if (await isAnnotationFile(source, name)) found.push(name)
  const order = ['train', 'val', 'test']
  return found.sort((a, b) => order.indexOf(splitOf(a) ?? '') - order.indexOf(splitOf(b) ?? ''))
}

async function isAnnotationFile(source: Source, name: string): Promise<boolean> {
  const missing = new Set(['images', 'annotations', 'categories'])
  const seen = (key: string) => {
    missing.delete(key)
    return false
  }
  try {
    for await (const _ of jsonPieces(source.read(name), name, seen)) if (missing.size === 0) return true
  } catch {
    return false
  }
  return missing.size === 0
}

/** From the name of the file, else of its folder: `instances_val2017.json`, `valid/_annotations.coco.json`. */
function splitOf(name: string): SplitName | null {
  const parts = name.toLowerCase().split('/').reverse()
  for (const part of parts.slice(0, 2)) {
    const words = part.split(/[^a-z]+/)
    if (words.includes('train') || words.includes('training')) return 'train'
    if (words.some((word) => ['val', 'valid', 'validation', 'dev'].includes(word))) return 'val'
    if (words.includes('test')) return 'test'
  }
  return null
}

/** Where the pictures of an annotation file lie: beside it, in a folder of images, or wherever one has that name. */
async function pictureFinder(source: Source, annotationFile: string): Promise<CocoFile['find']> {
  const names = new Set((await source.files()).map(({ name }) => name))
  // Only made when a picture lies in an unusual place: it is large.
  let byBase: Map<string, string[]> | null = null
  const folder = annotationFile.slice(0, annotationFile.lastIndexOf('/') + 1)
  const parent = folder.replace(/[^/]*\/$/, '')
  const split = /(train|valid|val|test)[^/]*?(?=\.json$)/i.exec(annotationFile)?.[0]?.replace(/\.json$/i, '')
  const splitFolders =
    split === undefined ? [] : [`${parent}images/${split}/`, `${parent}${split}/`, `${folder}images/${split}/`]
  const folders = [...splitFolders, folder, `${folder}images/`, parent, `${parent}images/`, '', 'images/']
  return (fileName) => {
    const clean = fileName
      .normalize('NFC')
      .replaceAll('\\', '/')
      .replace(/^(?:\.\/)+/, '')
    const near = folders.map((start) => start + clean).find((name) => names.has(name))
    if (near !== undefined) return near
    byBase ??= Map.groupBy(names, baseOf)
    const elsewhere = byBase.get(baseOf(clean)) ?? []
    return elsewhere.length === 1 ? (elsewhere[0] ?? null) : null
  }
}

const baseOf = (name: string) => name.slice(name.lastIndexOf('/') + 1)
