/**
 * The one suite that every format passes: what comes back by `read()` is what went in, or the report says otherwise. What a
 * format without `read()` writes is held to its meaning by its own test, and to the rest by this one.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, type Json, type JsonObject } from '#core/json.ts'
import type { ExportHead, ExportItem, Format } from '#core/format.ts'
import { checkOptions } from '#core/options.ts'
import type { WriteReport } from '#core/report.ts'
import type { Sample, SampleType } from '#core/sample.ts'
import { gatherHead } from '#curate/head.ts'
import { arbitrarySample, makeBlobs, type Blobs, fixedSamples } from './test-samples.ts'
import { memoryIntake, memorySink, memorySource, testContext, type Files } from './test-files.ts'

export interface SuiteOptions {
  /** Read back without a split, because the format has no place for it. */
  readonly options?: JsonObject
}

interface Written {
  readonly files: Files
  readonly report: WriteReport
  readonly head: ExportHead
}

async function write(
  format: Format,
  items: readonly ExportItem[],
  blobs: Blobs,
  options: JsonObject,
): Promise<Written> {
  const head = await headOf(items)
  const sink = memorySink()
  const given = checkOptions(format.options, options)
  const report = await format.write(iterate(items), head, blobs.reader, sink, given, testContext())
  await sink.close()
  assert.equal(report.files, sink.files.size, 'the report counts the files')
  const left = report.losses.filter(({ field, what }) => field === 'sample' && what === 'dropped')
  const dropped = left.reduce((sum, { count }) => sum + count, 0)
  assert.equal(report.items + dropped, items.length, 'the report counts the items')
  return { files: sink.files, report, head }
}

const headOf = (items: readonly ExportItem[], facts = {}) =>
  gatherHead(items, { title: 'suite@1.0.0', at: '2026-01-02T03:04:05.678Z', ...facts })

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item)
}

/** That what was written says the same, or the report what it does not; nothing for a format that is not read. */
async function checkKept(
  format: Format,
  items: readonly ExportItem[],
  { files, report }: Pick<Written, 'files' | 'report'>,
  blobs: Blobs,
): Promise<void> {
  if (format.read) assertSame(items, await readBack(format, files, blobs), report)
}

async function readBack(format: Format, files: Files, blobs: Blobs): Promise<readonly ExportItem[]> {
  assert.ok(format.read && format.detect, `${format.name} reads what it writes`)
  const source = memorySource(files)
  assert.equal((await format.detect(source)).fits, true, 'it knows its own files')
  return Array.fromAsync(format.read(source, memoryIntake(source, blobs), testContext()))
}

/** In the order that formats are given: by split, then by id. */
function ordered(samples: readonly Sample[], splitOf: (i: number) => ExportItem['split']): ExportItem[] {
  const items = samples.map((sample, i) => ({ sample, split: splitOf(i) }))
  const order = ['train', 'val', 'test']
  const rank = (item: ExportItem) => order.indexOf(item.split ?? 'train')
  return items.sort((a, b) => rank(a) - rank(b) || (a.sample.id < b.sample.id ? -1 : 1))
}

/** Everything that differs must be in the loss report, field by field and count by count; and nothing else may be. */
function assertSame(items: readonly ExportItem[], back: readonly ExportItem[], report: WriteReport): void {
  assert.equal(back.length, items.length, 'every sample comes back')
  const lost = new Map<string, number>()
  for (const [i, { sample, split }] of items.entries()) {
    const found = back[i]
    assert.ok(found)
    assert.equal(found.split, split)
    compare(withNulls(sample), withNulls(found.sample), lost)
  }
  const reported = new Map<string, number>()
  for (const { field, what, count, why } of report.losses) {
    assert.ok(why.length > 0 && count > 0)
    const key = `${what} ${field}`
    reported.set(key, (reported.get(key) ?? 0) + count)
  }
  assert.deepEqual(Object.fromEntries(lost), Object.fromEntries(reported), 'the report tells what was lost')
}

/** An attribute that is absent and one that is null say the same. */
function withNulls(sample: Sample): Sample {
  const attributes = Object.fromEntries(Object.entries(sample.attributes).filter(([, value]) => value !== null))
  return { ...sample, attributes }
}

function compare(before: Sample, after: Sample, lost: Map<string, number>): void {
  const note = (key: string, times = 1) => {
    if (times > 0) lost.set(key, (lost.get(key) ?? 0) + times)
  }
  if (before.type !== 'image' || after.type !== 'image') {
    assert.equal(canonicalJson(after), canonicalJson(before))
    return
  }
  const { annotations: was, ...sampleBefore } = before
  const { annotations: is, ...sampleAfter } = after
  assert.equal(canonicalJson(sampleAfter), canonicalJson(sampleBefore))
  const byId = new Map(is.map((annotation) => [annotation.id, annotation]))
  assert.deepEqual(
    is.map(({ id }) => id),
    was.map(({ id }) => id).filter((id) => byId.has(id)),
    'labels keep their order',
  )
  note('dropped annotations', was.length - is.length)
  for (const annotation of was) {
    const found = byId.get(annotation.id)
    if (!found) continue
    const [{ shape: shapeBefore, ...restBefore }, { shape: shapeAfter, ...restAfter }] = [annotation, found]
    assert.equal(canonicalJson(restAfter), canonicalJson(restBefore))
    if (canonicalJson(shapeAfter) !== canonicalJson(shapeBefore)) note('approximated annotations.shape')
  }
}

export function formatSuite(format: Format, { options = {} }: SuiteOptions = {}): void {
  const named = (what: string) => `${format.name}: ${what}`
  const kept = format.read ? 'come back as they were' : 'are written, every one'
  for (const type of format.sampleTypes) {
    test(named(`${type} samples ${kept}, or the report says otherwise`), async () => {
      const blobs = makeBlobs()
      for (const splitOf of [() => null, (i: number) => (['train', 'val', 'test'] as const)[i % 3] ?? null]) {
        const items = ordered(fixedSamples(type, blobs), splitOf)
        await checkKept(format, items, await write(format, items, blobs, options), blobs)
      }
    })

    test(named(`random ${type} samples ${kept}`), async () => {
      const blobs = makeBlobs()
      const samples = fc.uniqueArray(arbitrarySample(type, blobs), { selector: ({ id }) => id, maxLength: 5 })
      await fc.assert(
        fc.asyncProperty(samples, fc.boolean(), async (list, isSplit) => {
          const items = ordered(list, isSplit ? (i) => (i % 2 === 0 ? 'train' : 'test') : () => null)
          const written = await write(format, items, blobs, options)
          // Without a sample there is nothing to tell which kind of data set it was.
          if (items.length > 0) await checkKept(format, items, written, blobs)
        }),
        { numRuns: 60 },
      )
    })

    test(named(`writing ${type} samples again gives the same bytes`), async () => {
      const blobs = makeBlobs()
      const items = ordered(fixedSamples(type, blobs), (i) => (i % 2 === 0 ? 'train' : 'val'))
      const [first, second] = [await write(format, items, blobs, options), await write(format, items, blobs, options)]
      assert.deepEqual([...first.files.keys()], [...second.files.keys()])
      for (const [name, bytes] of first.files) assert.deepEqual(second.files.get(name), bytes, name)
    })

    test(named(`a split without ${type} samples is there, and empty`), async () => {
      const blobs = makeBlobs()
      for (const filled of ['train', 'test'] as const) {
        const items = ordered(fixedSamples(type, blobs), () => filled)
        const head: ExportHead = { ...(await headOf(items)), splits: ['train', 'val', 'test'] }
        const sink = memorySink()
        const given = checkOptions(format.options, options)
        const report = await format.write(iterate(items), head, blobs.reader, sink, given, testContext())
        for (const split of head.splits) {
          assert.ok(
            [...sink.files.keys()].some((name) => name.includes(split)),
            `files of ${split}`,
          )
        }
        await checkKept(format, items, { files: sink.files, report }, blobs)
      }
    })

    test(named(`a cancelled export of ${type} samples stops`), async () => {
      const blobs = makeBlobs()
      const items = ordered(fixedSamples(type, blobs), () => 'train')
      const controller = new AbortController()
      async function* cancelling() {
        for (const [i, item] of items.entries()) {
          if (i === 1) controller.abort(new Error('enough'))
          yield await Promise.resolve(item)
        }
      }
      const ctx = { ...testContext(), signal: controller.signal }
      const sink = memorySink()
      const given = checkOptions(format.options, options)
      const head = await headOf(items)
      await assert.rejects(format.write(cancelling(), head, blobs.reader, sink, given, ctx), /enough/)
    })

    test(named(`${type} samples wait for a slow disk`), async () => {
      const blobs = makeBlobs()
      const [sample] = fixedSamples(type, blobs)
      assert.ok(sample)
      const many = 30_000
      const started = Promise.withResolvers<void>()
      let taken = 0
      async function* endless(first: Sample) {
        for (; taken < many; taken++) {
          yield await Promise.resolve({ sample: { ...first, id: String(taken).padStart(9, '0') }, split: null })
        }
      }
      // It takes one chunk of the first file and then nothing more, until it fails.
      const failed = Promise.withResolvers<never>()
      const sink = {
        ...memorySink(),
        write: async (_name: string, content: AsyncIterable<Uint8Array> | Uint8Array | string) => {
          if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
            await content[Symbol.asyncIterator]().next()
          }
          started.resolve()
          await failed.promise
        },
      }
      const given = checkOptions(format.options, options)
      const head = await headOf([{ sample, split: null }])
      const written = format.write(endless(sample), head, blobs.reader, sink, given, testContext())
      await Promise.race([started.promise, written])
      await new Promise((later) => setTimeout(later, 20))
      assert.ok(taken <= 12_000, `${taken} samples were taken while the disk took one chunk`)
      failed.reject(new Error('the disk is gone'))
      await assert.rejects(written, /the disk is gone/)
    })
  }

  const others = (['image', 'pair', 'row', 'trajectory'] as const).filter((type) => !takes(format, type))
  test(named('samples that it cannot hold, mixed ones and unordered ones are refused'), async () => {
    const blobs = makeBlobs()
    const own = ordered(fixedSamples(format.sampleTypes[0] ?? 'row', blobs), () => 'train')
    const given = checkOptions(format.options, options)
    const refused = async (items: readonly ExportItem[]) => {
      const head = await headOf(items)
      const done = format.write(iterate(items), head, blobs.reader, memorySink(), given, testContext())
      await assert.rejects(done, { code: 'format.sample' })
    }
    for (const type of others) await refused(ordered(fixedSamples(type, blobs), () => null))
    for (const type of [...others, 'row', 'trajectory'] as const) {
      const other = fixedSamples(type, blobs)[0]
      if (other && type !== format.sampleTypes[0]) await refused([...own, { sample: other, split: 'train' }])
    }
    await refused([...own, ...ordered(fixedSamples(format.sampleTypes[0] ?? 'row', blobs), () => null)])
  })

  if (!format.detect) return
  test(named('a folder of something else is refused with a reason'), async () => {
    const found = await format.detect?.(memorySource(new Map([['notes.txt', new TextEncoder().encode('hello')]])))
    assert.ok(found && !found.fits && found.because.length > 0 && found.because.every((reason) => reason.length > 5))
  })
}

const takes = (format: Format, type: SampleType) => format.sampleTypes.includes(type)

/** For tests of one format: what it wrote, as values. */
export async function writtenBy(
  format: Format,
  items: readonly ExportItem[],
  blobs: Blobs,
  options: JsonObject = {},
): Promise<Written & { readonly json: (name: string) => Json }> {
  const written = await write(format, items, blobs, options)
  const json = (name: string) => JSON.parse(new TextDecoder().decode(written.files.get(name))) as Json
  return { ...written, json }
}
