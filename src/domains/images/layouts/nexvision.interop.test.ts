// What the loader in the image app's documentation does, step by step and without any fix: it takes the name of the
// metadata from the folder's name and those of the pictures from the metadata, and opens both with Pillow.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { AnySession } from '#core/session.ts'
import { needs } from '#test/needs.ts'
import { asImages } from '../session.ts'
import { nexvision } from './nexvision.ts'
import { appTree, asItems, type Files, memorySink, memorySource, memoryStore, somePictures } from './nexvision-suite.ts'

const loader = `
import json, os, sys
from PIL import Image

def load(root):
    found = []
    for name in os.listdir(root):
        if not name.startswith("session-"):
            continue
        with open(os.path.join(root, name, "metadata-%s.json" % name[8:])) as file:
            metadata = json.load(file)
        pair = [Image.open(os.path.join(root, name, metadata[kind + "Filename"])) for kind in ("original", "reimagined")]
        found.append((pair, metadata["instruction"], metadata["timestamp"]))
    return found

def seen(image):
    image.load()
    return [image.format, *image.size]

entries = load(sys.argv[1])
keys = ("pair", "instruction", "timestamp")
print(json.dumps([dict(zip(keys, ([seen(i) for i in pair], *rest))) for pair, *rest in entries]))
`

const { skip, path: python } = needs('python')

test("the app's documented loader opens every pair that we write", { skip }, async () => {
  const pictures = await somePictures()
  const stamp = (n: number) => `2025-01-15T10-30-45-${String(n).padStart(3, '0')}Z`
  const posts = Array.from({ length: 12 }, (_, n) => ({
    stamp: stamp(n),
    instruction: `change number ${n}: „größer“ 家`,
    userEmail: n % 2 === 0 ? `person${n}@example.com` : '',
    original: pictures[n % 5] ?? Buffer.alloc(0),
    reimagined: pictures[(n * 3 + 1) % 5] ?? Buffer.alloc(0),
  }))
  const store = memoryStore()
  const source = memorySource(appTree(posts))
  const sessions: AnySession[] = []
  for await (const item of nexvision.read(source, store.intakeOf(source), store.ctx)) {
    assert.equal(item.type, 'session')
    if (item.type === 'session') sessions.push(item.session as unknown as AnySession)
  }
  // All from one millisecond, as parallel posts would have it.
  const recordedAt = '2025-01-15T10:30:45.000Z'
  const crowded = sessions.map((session) => {
    const { origin: _, ...context } = session.context
    return { ...session, recordedAt, context }
  })
  const files: Files = new Map()
  await nexvision.write(asItems(crowded), store.media, memorySink(files), {}, store.extras(true), store.ctx)
  const folder = await mkdtemp(join(tmpdir(), 'hindsight-nexvision-'))
  try {
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), bytes)
    }
    const run = spawnSync(python, ['-c', loader, join(folder, 'training-data')], { encoding: 'utf8' })
    assert.equal(run.status, 0, run.stderr)
    const loaded = JSON.parse(run.stdout) as { pair: unknown[][]; instruction: string; timestamp: string }[]
    const formats: Readonly<Record<string, string>> = { 'image/jpeg': 'JPEG', 'image/png': 'PNG', 'image/webp': 'WEBP' }
    const byInstruction = new Map(loaded.map((entry) => [entry.instruction, entry]))
    assert.deepEqual([loaded.length, byInstruction.size], [12, 12])
    for (const session of crowded) {
      const entry = byInstruction.get(asImages(session).context.instruction)
      assert.deepEqual(
        entry?.pair,
        session.media.map((each) => [formats[each.mediaType], each.width, each.height]),
      )
      assert.equal(entry?.timestamp, recordedAt)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
