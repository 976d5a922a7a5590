import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { Sink, Source } from '#core/io.ts'
import { folderSink } from './folder-sink.ts'
import { openSource } from './open-source.ts'
import { tarSink } from './tar-sink.ts'
import { zipSink } from './zip-sink.ts'

const temp = await mkdtemp(join(tmpdir(), 'hindsight-sinks-'))
after(() => rm(temp, { recursive: true }))

let made = 0
const freshFolder = async () => {
  const folder = join(temp, String(made++))
  await mkdir(folder)
  return folder
}

const kinds: Record<string, (path: string, options?: { replace?: boolean }) => Promise<Sink>> = {
  folder: folderSink,
  zip: zipSink,
  tar: tarSink,
}

const bytesOf = async (source: Source, name: string) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.read(name)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function contentOf(path: string): Promise<Map<string, string>> {
  const source = await openSource(path)
  const found = new Map<string, string>()
  for (const { name, bytes } of await source.files()) {
    const content = await bytesOf(source, name)
    assert.equal(content.byteLength, bytes)
    const [start, end] = [Math.floor(bytes / 3), Math.ceil(bytes / 2)]
    const slice = await source.range?.(name, start, end)
    assert.deepEqual(slice && Buffer.from(slice), content.subarray(start, end), name)
    found.set(name, content.toString('hex'))
  }
  await source.close()
  return found
}

async function* inChunks(content: Uint8Array, chunkBytes: number) {
  for (let i = 0; i < content.byteLength; i += chunkBytes) yield content.subarray(i, i + chunkBytes)
}

const noise = (bytes: number) => {
  const block = createHash('sha512').update('noise').digest()
  return Buffer.alloc(bytes, block)
}

for (const [kind, makeSink] of Object.entries(kinds)) {
  test(`${kind}: what goes in comes out, whatever the names and sizes`, async () => {
    const files = fc.uniqueArray(
      fc.record({
        name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }).map((text) => {
          const part = text.normalize('NFC').replace(/[\\/\p{Cc}:.\uFFFD]/gu, '-')
          return `${part}/file-${part.length}.txt`
        }),
        content: fc.uint8Array({ maxLength: 300 }),
      }),
      { selector: ({ name }) => name.toLowerCase(), maxLength: 6 },
    )
    await fc.assert(
      fc.asyncProperty(files, async (list) => {
        const target = join(await freshFolder(), `out.${kind}`)
        const sink = await makeSink(target)
        for (const { name, content } of list) await sink.write(name, content)
        await sink.close()
        const expected = new Map(list.map(({ name, content }) => [name, Buffer.from(content).toString('hex')]))
        const found = await contentOf(target)
        assert.deepEqual([...found].sort(), [...expected].sort())
      }),
      { numRuns: 40 },
    )
  })

  test(`${kind}: contents larger than memory buffers are streamed, text is UTF-8, writes may be asked for at once`, async () => {
    const target = join(await freshFolder(), 'out')
    const sink = await makeSink(target)
    const large = noise(9 * 1024 * 1024 + 7)
    await Promise.all([
      sink.write('large.bin', inChunks(large, 100_000)),
      sink.write('large.png', inChunks(large, 1_000_000)),
      sink.write('a/text.txt', 'Größe: 5 m²'),
      sink.write('a/empty', ''),
    ])
    await sink.close()
    const found = await contentOf(target)
    assert.equal(found.get('large.bin'), large.toString('hex'))
    assert.equal(found.get('large.png'), large.toString('hex'))
    assert.equal(Buffer.from(found.get('a/text.txt') ?? '', 'hex').toString(), 'Größe: 5 m²')
    assert.equal(found.get('a/empty'), '')
  })

  test(`${kind}: nothing is visible before close, and nothing is left after abort`, async () => {
    const parent = await freshFolder()
    const target = join(parent, 'out')
    const sink = await makeSink(target)
    await sink.write('one.txt', '1')
    assert.equal(existsSync(target), false)
    await sink.abort()
    assert.deepEqual(await readdir(parent), [])
  })

  test(`${kind}: after a write that failed nothing can be published`, async () => {
    const parent = await freshFolder()
    const sink = await makeSink(join(parent, 'out'))
    // biome-ignore lint/correctness/useYield: it breaks off before the first chunk
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      throw new Error('the camera was unplugged')
    }
    await assert.rejects(sink.write('one.txt', broken()), /unplugged/)
    await assert.rejects(sink.close(), /after it failed/)
    await sink.abort()
    assert.deepEqual(await readdir(parent), [])
  })

  test(`${kind}: bad and repeated names are refused`, async () => {
    const sink = await makeSink(join(await freshFolder(), 'out'))
    for (const name of ['../x', '/x', 'a//b', 'a\\b', 'C:x', 'a/./b', '', 'a\u0000b', 'e\u0301.txt']) {
      assert.throws(() => sink.write(name, 'x'), { code: 'archive.path' }, name)
    }
    await sink.write('dir/A.txt', 'x')
    assert.throws(() => sink.write('dir/a.txt', 'x'), { code: 'archive.duplicate' })
    assert.throws(() => sink.write('dir', 'x'), { code: 'archive.duplicate' })
    assert.throws(() => sink.write('dir/A.txt/b', 'x'), { code: 'archive.duplicate' })
    await sink.abort()
  })

  test(`${kind}: what is there is kept, unless it is to be replaced`, async () => {
    const parent = await freshFolder()
    const target = join(parent, 'out')
    const write = async (text: string, options?: { replace: boolean }) => {
      const sink = await makeSink(target, options)
      await sink.write('one.txt', text)
      await sink.close()
    }
    await write('old')
    await assert.rejects(write('new'), { code: 'store.occupied' })
    assert.equal(Buffer.from((await contentOf(target)).get('one.txt') ?? '', 'hex').toString(), 'old')
    await write('new', { replace: true })
    assert.equal(Buffer.from((await contentOf(target)).get('one.txt') ?? '', 'hex').toString(), 'new')
    assert.deepEqual(await readdir(parent), ['out'])
  })
}

for (const kind of ['zip', 'tar'] as const) {
  test(`${kind}: the same members give the same bytes, wherever and whenever`, async () => {
    const write = async () => {
      const target = join(await freshFolder(), 'out')
      const sink = await kinds[kind]?.(target)
      assert.ok(sink)
      await sink.write('b.json', JSON.stringify({ long: 'abc'.repeat(1000) }))
      await sink.write('a/ü.bin', inChunks(noise(9_000_000), 65_536))
      await sink.close()
      return createHash('sha256')
        .update(await readFile(target))
        .digest('hex')
    }
    const [first, second] = [await write(), await write()]
    assert.equal(first, second)
  })
}

test('other programs read what is written: unzip and tar, more members than 16 bits count', async (t) => {
  const has = (program: string) => {
    try {
      execFileSync(program, ['--help'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  }
  if (!has('python3') || !has('tar')) {
    t.skip('needs python3 and tar')
    return
  }
  const folder = await freshFolder()
  for (const kind of ['zip', 'tar'] as const) {
    const sink = await kinds[kind]?.(join(folder, `many.${kind}`))
    assert.ok(sink)
    await sink.write('large.txt', inChunks(noise(9_000_000), 65_536))
    const count = kind === 'zip' ? 66_000 : 300
    for (let i = 0; i < count; i++) await sink.write(`d/${i}-ä-${'n'.repeat(i % 150)}.txt`, `content ${i}`)
    await sink.close()
  }
  const script = [
    'import sys, zipfile, tarfile',
    'z = zipfile.ZipFile(sys.argv[1])',
    'assert z.testzip() is None',
    'assert len(z.namelist()) == 66001, len(z.namelist())',
    'assert z.read("d/65999-ä-%s.txt" % ("n" * (65999 % 150))) == b"content 65999"',
    'assert len(z.read("large.txt")) == 9000000',
    't = tarfile.open(sys.argv[2])',
    'assert len(t.getnames()) == 301',
    'assert t.extractfile("d/299-ä-%s.txt" % ("n" * (299 % 150))).read() == b"content 299"',
  ]
  execFileSync('python3', ['-c', script.join('\n'), join(folder, 'many.zip'), join(folder, 'many.tar')])
  const source = await openSource(join(folder, 'many.zip'))
  assert.equal((await source.files()).length, 66_001)
  assert.equal((await bytesOf(source, 'large.txt')).byteLength, 9_000_000)
  await source.close()
})

test('a folder sink writes into an empty folder that is there, and leaves no trace beside it', async () => {
  const parent = await freshFolder()
  const target = join(parent, 'out')
  await mkdir(target)
  const sink = await folderSink(target)
  await sink.write('a/b.txt', 'x')
  assert.deepEqual(await readdir(target), [])
  await sink.close()
  assert.deepEqual(await readdir(parent), ['out'])
  assert.equal(await readFile(join(target, 'a/b.txt'), 'utf8'), 'x')
})

test('a folder sink refuses to publish over what came meanwhile', async () => {
  const parent = await freshFolder()
  const target = join(parent, 'out')
  const sink = await folderSink(target)
  await sink.write('a.txt', 'ours')
  await mkdir(target)
  await writeFile(join(target, 'theirs.txt'), 'theirs')
  await assert.rejects(sink.close(), { code: 'store.occupied' })
  assert.deepEqual(await readdir(parent), ['out'])
  assert.deepEqual(await readdir(target), ['theirs.txt'])
})
