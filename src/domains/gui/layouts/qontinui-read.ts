/**
 * Reads qontinui's intermediate dataset, with everything the real exporter is known to get wrong: what can be mended is
 * mended and counted in a warning; what cannot is a problem with its file and line, and the rest goes on.
 */
import type { Context } from '#core/context.ts'
import { brief, Fault, fault } from '#core/faults.ts'
import { uuidFromHash } from '#core/ids.ts'
import type { Source } from '#core/io.ts'
import { canonicalJson, isJsonObject, type Json, type JsonObject, parseJson } from '#core/json.ts'
import type { Imported, Intake } from '#core/layout.ts'
import type { MediaRef } from '#core/session.ts'
import { readLines, readText } from '#core/source-text.ts'
import { Categories } from './qontinui-categories.ts'
import {
  type AnnotationFile,
  annotationFile,
  datasetRoot,
  type ManifestLine,
  manifestLine,
  metadataDocument,
  textOf,
  unixMs,
} from './qontinui-files.ts'
import { groupLines } from './qontinui-groups.ts'
import { describedSessions, type GroupImage, sessionOf } from './qontinui-session.ts'

const maxTextBytes = 64 * 1024 * 1024
const maxLineChars = 4 * 1024 * 1024

export async function* readQontinui(source: Source, intake: Intake, ctx: Context): AsyncIterable<Imported> {
  const names = (await source.files()).map(({ name }) => name)
  const root = datasetRoot(names)
  if (root === null) return
  yield* new Reading(source, root, names, intake, ctx).run()
}

class Reading {
  readonly #source: Source
  readonly #root: string
  /** Names below the root. */
  readonly #names: ReadonlySet<string>
  readonly #intake: Intake
  readonly #ctx: Context
  readonly #categories = new Categories()
  readonly #mended = new Map<string, { count: number; first: string }>()
  readonly #problems: Imported[] = []
  /** Where each image went, for the reviews. */
  readonly #homes = new Map<string, { session: string; sha256: string; recordedAt: string }>()
  readonly #pictures = new Map<string, MediaRef | null>()
  #boxes = 0

  constructor(source: Source, root: string, names: readonly string[], intake: Intake, ctx: Context) {
    this.#source = source
    this.#root = root
    this.#names = new Set(names.filter((name) => name.startsWith(root)).map((name) => name.slice(root.length)))
    this.#intake = intake
    this.#ctx = ctx
  }

  async *run(): AsyncIterable<Imported> {
    const metadata = await this.#metadata()
    if (metadata) yield { type: 'document', name: metadataDocument, text: metadata.text, where: 'metadata.json' }
    const lines = await this.#manifest()
    lines.push(...(await this.#unlisted(lines)))
    yield* this.#drain()
    const described = describedSessions(metadata?.value ?? null)
    const fallbackMs = unixMs(metadata?.value?.['created']) ?? 0
    const labelled = new Set<string>()
    for (const group of groupLines(lines)) {
      this.#ctx.signal.throwIfAborted()
      const images = new Map<string, GroupImage>()
      for (const line of group.lines) {
        for (const file of [line.image, line.imageAfter]) {
          if (file === null || images.has(file)) continue
          const image = await this.#image(file, line, labelled)
          if (image) images.set(file, image)
        }
      }
      yield* this.#drain()
      const session = sessionOf({
        group,
        images,
        project: this.#intake.project,
        described: described.get(group.sessionId ?? '') ?? null,
        fallbackMs,
        categoryName: (id) => this.#categories.nameOf(id),
        sha256: this.#ctx.sha256,
        mended: (what, where) => this.#mend(what, where),
      })
      this.#settle(images, session)
      yield { type: 'session', session, where: group.lines[0]?.where ?? 'manifest.jsonl' }
    }
    yield* this.#reviews()
    this.#report(metadata?.value ?? null)
    yield* this.#drain()
  }

  async #metadata(): Promise<{ text: string; value: JsonObject } | null> {
    if (!this.#names.has('metadata.json')) {
      this.#warn('qontinui.metadata', 'metadata.json is missing; counts and category numbers cannot be compared', null)
      return null
    }
    const text = await this.#text('metadata.json')
    const value = this.#parse(text, 'metadata.json')
    if (value === undefined) return null
    if (!isJsonObject(value)) {
      this.#problem('metadata.json', 'an object with counts and categories', value)
      return null
    }
    this.#categories.fromMetadata(value)
    return { text, value }
  }

  async #manifest(): Promise<ManifestLine[]> {
    const lines: ManifestLine[] = []
    const seen = new Set<string>()
    for await (const { number, text, closed } of readLines(this.#source, `${this.#root}manifest.jsonl`, maxLineChars)) {
      const where = `manifest.jsonl:${number}`
      const value = this.#parse(text, closed ? where : `${where} (the last line, which no line end closes)`)
      if (value === undefined) continue
      const line = manifestLine(value, where, number)
      if (!line) {
        const image = isJsonObject(value) ? value['image'] : value
        this.#problem(where, 'an object whose "image" is a path inside the dataset', image ?? null)
        continue
      }
      // The exporter appends a run's lines again each time it is exported again; `is_new` alone tells them apart.
      const key = this.#ctx.sha256(canonicalJson({ ...line, where: null, order: null }, where))
      if (seen.has(key)) this.#mend('lines repeated earlier ones word for word and were left out', where)
      else lines.push(line)
      seen.add(key)
    }
    return lines
  }

  /**
   * Images that no line names are kept as screens of their own; a crash between copying and listing leaves such. Their
   * time is that of their annotations.
   */
  async #unlisted(lines: readonly ManifestLine[]): Promise<readonly ManifestLine[]> {
    const listed = new Set(lines.flatMap(({ image, imageAfter }) => [image, imageAfter ?? image]))
    const lost = [...this.#names].filter((name) => /^images\/.*\.(png|jpe?g|webp)$/i.test(name) && !listed.has(name))
    const found: ManifestLine[] = []
    for (const [index, image] of lost.entries()) {
      this.#mend('images are in no line of the manifest and were taken as screens without an action', image)
      const annotations = annotationsOf(image)
      const text = this.#names.has(annotations) ? await this.#text(annotations) : '{}'
      const context = annotationFile(jsonOrNull(text))?.context
      const timestamp = context && context.atMs !== null ? context.atMs / 1000 : null
      const line = manifestLine({ image, annotations, timestamp, role: 'screen' }, image, lines.length + index + 1)
      if (line) found.push(line)
    }
    return found
  }

  #text(name: string): Promise<string> {
    return readText(this.#source, `${this.#root}${name}`, maxTextBytes)
  }

  async #image(file: string, line: ManifestLine, labelled: Set<string>): Promise<GroupImage | null> {
    const media = await this.#picture(file, line)
    if (!media) return null
    if (labelled.has(file)) return { media, labels: null }
    labelled.add(file)
    return { media, labels: await this.#labels(file, line, media) }
  }

  async #picture(file: string, line: ManifestLine): Promise<MediaRef | null> {
    const known = this.#pictures.get(file)
    if (known !== undefined) return known
    const media = await this.#takePicture(file, line)
    this.#pictures.set(file, media)
    return media
  }

  async #takePicture(file: string, line: ManifestLine): Promise<MediaRef | null> {
    if (!this.#names.has(file)) {
      this.#problem(line.where, 'an image that is in the dataset', file, 'file.missing')
      return null
    }
    try {
      const media = await this.#intake.media(`${this.#root}${file}`, 'screenshot', { picture: true })
      const extension = /\.jpe?g$/i.test(file) ? 'jpeg' : (file.split('.').at(-1) ?? '').toLowerCase()
      if (media.mediaType !== `image/${extension}`) {
        this.#mend(`images are not what their name says; the type was taken from the bytes (${media.mediaType})`, file)
      }
      return media
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#problems.push({ type: 'problem', fault: error, where: file })
      return null
    }
  }

  async #labels(file: string, line: ManifestLine, media: MediaRef): Promise<AnnotationFile | null> {
    const name = (file === line.image ? line.annotations : null) ?? annotationsOf(file)
    if (!this.#names.has(name)) {
      this.#mend('lines name a file of annotations that does not exist; the image has no label', line.where)
      return null
    }
    const text = await this.#text(name)
    const value = this.#parse(text, name)
    if (value === undefined) return null
    const labels = annotationFile(value)
    if (!labels) {
      this.#problem(name, 'an object with a list of annotations', value)
      return null
    }
    for (const { index, found } of labels.unreadable) {
      this.#problem(`${name}, annotation ${index}`, 'a bbox of four numbers with a positive width and height', found)
    }
    for (const { name: label, categoryId } of labels.boxes) this.#categories.seen(categoryId, label, name)
    if (media.width !== null && labels.width !== null && labels.width !== media.width) {
      this.#mend('files give another image size than the image has; the size of the image counts', name)
    }
    this.#boxes += labels.boxes.length + labels.unreadable.length
    return labels
  }

  #settle(images: ReadonlyMap<string, GroupImage>, session: JsonObject): void {
    const [id, recordedAt] = [session['id'], session['recordedAt']]
    if (typeof id !== 'string' || typeof recordedAt !== 'string') return
    for (const [file, { media }] of images) {
      const stem = stemOf(file)
      if (!this.#homes.has(stem)) this.#homes.set(stem, { session: id, sha256: media.sha256, recordedAt })
    }
  }

  /** Good and bad images as people judged them in the viewer; of several words on one image the last one counts. */
  async *#reviews(): AsyncIterable<Imported> {
    if (!this.#names.has('reviews.jsonl')) return
    const last = new Map<string, { value: JsonObject; where: string }>()
    for await (const { number, text } of readLines(this.#source, `${this.#root}reviews.jsonl`, maxLineChars)) {
      const where = `reviews.jsonl:${number}`
      const value = this.#parse(text, where)
      if (value === undefined) continue
      const image = isJsonObject(value) ? textOf(value['image_id']) : null
      if (isJsonObject(value) && image !== null) last.set(image, { value, where })
      else this.#problem(where, 'an object with an image_id', value)
    }
    for (const [image, { value, where }] of last) {
      const home = this.#homes.get(image)
      const verdict = value['status']
      if (!home) this.#problem(where, 'the id of an image in the dataset', image)
      else if (verdict !== 'good' && verdict !== 'bad') this.#problem(where, 'a status of good or bad', verdict ?? null)
      else yield { type: 'edit', where, edit: this.#review(value, verdict, home) }
    }
  }

  #review(value: JsonObject, verdict: 'good' | 'bad', home: { session: string; sha256: string; recordedAt: string }) {
    const atMs = unixMs(value['at'])
    const at = atMs === null ? home.recordedAt : new Date(atMs).toISOString()
    const after = { screen: home.sha256, verdict, notes: textOf(value['notes']) }
    const id = uuidFromHash(this.#ctx.sha256(canonicalJson(['qontinui review', home.session, at, after])))
    const { project } = this.#intake
    const principal = this.#intake.pseudonym('qontinui reviewer')
    return { id, session: home.session, project, at, principal, kind: 'gui.screen', before: null, after, reason: null }
  }

  #parse(text: string, where: string): Json | undefined {
    try {
      return parseJson(text, where)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#problems.push({ type: 'problem', fault: error, where })
      return undefined
    }
  }

  #problem(where: string, expected: string, found: Json, code: 'layout.invalid' | 'file.missing' = 'layout.invalid') {
    this.#problems.push({ type: 'problem', fault: fault(code, { expected, found: brief(found), where }), where })
  }

  *#drain(): Iterable<Imported> {
    yield* this.#problems.splice(0)
  }

  #mend(what: string, where: string): void {
    const known = this.#mended.get(what)
    if (known) known.count++
    else this.#mended.set(what, { count: 1, first: where })
  }

  #warn(code: string, message: string, where: string | null): void {
    this.#ctx.warn({ code, message, where })
  }

  #report(metadata: JsonObject | null): void {
    for (const [what, { count, first }] of this.#mended) {
      this.#warn('qontinui.mended', `${count} ${what}`, first === '' ? null : `first in ${first}`)
    }
    for (const { message, where } of this.#categories.conflicts()) this.#warn('qontinui.categories', message, where)
    const pictures = [...this.#pictures.values()].filter((media) => media !== null).length
    const counts = [
      ['total_images', pictures],
      ['total_annotations', this.#boxes],
    ] as const
    for (const [key, found] of counts) {
      const said = metadata?.[key]
      if (said === undefined || said === found) continue
      this.#warn('qontinui.counts', `${key} says ${brief(said)}, the dataset holds ${found}`, 'metadata.json')
    }
  }
}

const stemOf = (file: string) => (file.split('/').at(-1) ?? file).replace(/\.[^.]*$/, '')
const annotationsOf = (image: string) => `annotations/${stemOf(image)}.json`

/** A file that cannot be parsed is reported where its labels are read. */
function jsonOrNull(text: string): Json {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}
