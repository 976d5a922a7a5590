import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import type { Edit } from '#core/edit.ts'
import sharp from 'sharp'
import { canonicalJson, type JsonObject } from '#core/json.ts'
import type { Imported } from '#core/layout.ts'
import type { AnySession } from '#core/session.ts'
import { inspectImage } from '#media/still.ts'
import { images } from '../images.ts'
import { nexvision } from './nexvision.ts'
import { type AppPost, appTree, asItems, type Files, memorySink, memorySource, memoryStore } from './nexvision-suite.ts'
import { somePictures } from './nexvision-suite.ts'

let pictures: readonly Uint8Array[] = []
before(async () => {
  pictures = await somePictures()
})

const stamp = '2025-01-15T10-30-45-123Z'
const post = (more: Partial<AppPost> = {}): AppPost => ({
  stamp,
  instruction: 'make it modern farmhouse style',
  userEmail: 'User@Example.com',
  original: pictures[0] ?? Buffer.alloc(0),
  reimagined: pictures[1] ?? Buffer.alloc(0),
  ...more,
})

async function read(files: Files, store = memoryStore()) {
  const source = memorySource(files)
  const all: Imported[] = []
  for await (const item of nexvision.read(source, store.intakeOf(source), store.ctx)) all.push(item)
  const sessions = all.flatMap((item) => (item.type === 'session' ? [item.session as unknown as AnySession] : []))
  const problems = all.flatMap((item) => (item.type === 'problem' ? [{ ...item.fault.toJSON(), at: item.where }] : []))
  return { store, sessions, problems }
}

type Store = ReturnType<typeof memoryStore>
async function write(
  sessions: readonly AnySession[],
  store: Store,
  given: { edits?: Edit[]; mayShare?: boolean; options?: JsonObject } = {},
) {
  const files: Files = new Map()
  const { edits = [], mayShare = false, options = {} } = given
  const items = asItems(sessions, edits)
  const report = await nexvision.write(
    items,
    store.media,
    memorySink(files),
    options,
    store.extras(mayShare),
    store.ctx,
  )
  return { files, report }
}

const text = (files: Files, name: string) => new TextDecoder().decode(files.get(name))
const metadataName = `training-data/session-${stamp}/metadata-${stamp}.json`
const logName = 'training-data/training-log.jsonl'

test("the app's own files come in: PNG named .jpg, two clocks, an address that is never kept", async () => {
  const { sessions, problems, store } = await read(appTree([post({ laterMs: 7 })]))
  assert.deepEqual(problems, [])
  assert.deepEqual(store.warnings, [])
  const [session] = sessions
  assert.ok(session)
  assert.equal(images.schema.safeParse(session).success, true)
  assert.equal(session.recordedAt, '2025-01-15T10:30:45.130Z')
  assert.deepEqual(
    session.media.map((media) => [media.role, media.mediaType]),
    [
      ['input', 'image/jpeg'],
      ['output', 'image/png'],
    ],
  )
  assert.equal(session.contributor, store.intakeOf(memorySource(new Map())).pseudonym('user@example.com'))
  assert.deepEqual(session.consent?.scopes, ['collect', 'train'])
  assert.doesNotMatch(canonicalJson(session).toLowerCase(), /@|example\.com/)
})

test('ids depend on the content only, not on the import or its order', async () => {
  const posts = [
    post(),
    post({ stamp: '2025-01-15T10-30-45-124Z' }),
    post({ stamp: '2025-01-16T10-30-45-123Z', instruction: 'a' }),
  ]
  const once = await read(appTree(posts))
  const again = await read(appTree(posts.toReversed(), ''))
  assert.deepEqual(once.sessions, again.sessions)
  assert.equal(new Set(once.sessions.map((session) => session.id)).size, 3)
  const [alone] = (await read(appTree([post()]))).sessions
  assert.deepEqual(alone, once.sessions[0])
})

test('nobody is nobody, in every spelling', async () => {
  for (const userEmail of ['', 'anonymous', ' Anonymous ']) {
    const { sessions } = await read(appTree([post({ userEmail })]))
    assert.equal(sessions[0]?.contributor, null)
  }
  const spellings = await Promise.all(
    ['a@b.example', ' A@B.example '].map((userEmail) => read(appTree([post({ userEmail })]))),
  )
  assert.equal(spellings[0]?.sessions[0]?.contributor, spellings[1]?.sessions[0]?.contributor)
})

test('unknown keys survive both ways, except where an address hides in them', async () => {
  const more = { model: 'edit-3', tags: ['roof'], contact: { mail: 'me@home.example' } }
  const { sessions, store } = await read(appTree([post({ more })]))
  assert.deepEqual(sessions[0]?.context['origin'], {
    layout: 'nexvision',
    session: `session-${stamp}`,
    stamp: null,
    doubt: null,
    extra: { model: 'edit-3', tags: ['roof'] },
  })
  assert.deepEqual(
    store.warnings.map((warning) => warning.code),
    ['personal.left-out'],
  )
  const written = JSON.parse(text((await write(sessions, store)).files, metadataName)) as JsonObject
  assert.deepEqual(written['tags'], ['roof'])
})

test('a log in the documented short form is read like the complete one', async () => {
  const files = appTree([post()])
  const short = { timestamp: '2025-01-15T10:30:45.123Z', instruction: 'x', sessionId: `session-${stamp}` }
  files.set(logName, Buffer.from(`${JSON.stringify(short)}\r\n\r\n`))
  const { sessions, problems, store } = await read(files)
  assert.deepEqual([sessions.length, problems, store.warnings], [1, [], []])
})

test('what is wrong in the log is named by line, and the folders come in all the same', async () => {
  const files = appTree([post(), post({ stamp: '2025-01-15T10-30-45-200Z' })])
  const line = text(files, logName).split('\n')[0] ?? ''
  const lines = [
    line,
    '{"timestamp": nonsense',
    '',
    '"words"',
    '{"sessionId":"session-gone","instruction":"x"}',
    line,
    line.replace('farmhouse', 'castle'),
    line.slice(0, 40),
  ]
  files.set(logName, Buffer.from(lines.join('\n')))
  const { sessions, problems, store } = await read(files)
  assert.equal(sessions.length, 2)
  assert.deepEqual(
    problems.map(({ code, at }) => [code, at]),
    [
      ['json.malformed', `${logName}:2`],
      ['layout.invalid', `${logName}:4`],
      ['file.missing', `${logName}:5`],
      ['layout.invalid', `${logName}:7`],
    ],
  )
  assert.deepEqual(
    store.warnings.map(({ code, where }) => [code, where]),
    [
      ['log.torn', `${logName}:8`],
      ['log.incomplete', logName],
    ],
  )
})

test('a line without end does not hide the folders', async () => {
  const files = appTree([post()])
  files.set(logName, Buffer.alloc(2_000_000, 'x'))
  const { sessions, problems } = await read(files)
  assert.deepEqual([sessions.length, problems.map((problem) => problem.code)], [1, ['request.large']])
})

test('a folder without metadata is completed from its log line, without either it is a problem', async () => {
  const files = appTree([post()])
  files.delete(metadataName)
  const completed = await read(files)
  assert.deepEqual(completed.sessions, (await read(appTree([post()]))).sessions)
  files.delete(logName)
  const { sessions, problems } = await read(files)
  assert.deepEqual([sessions.length, problems[0]?.code], [0, 'file.missing'])
  assert.match(problems[0]?.expected ?? '', /metadata-2025/)
})

test('missing, foreign, truncated and false images are problems of their session alone', async () => {
  const good = post({ stamp: '2025-02-01T00-00-00-000Z' })
  const original = `training-data/session-${stamp}/original-${stamp}.jpg`
  const breakings: readonly (readonly [string, string, (files: Files) => unknown])[] = [
    ['file.missing', 'missing', (files) => files.delete(original)],
    [
      'file.missing',
      'foreign',
      (files) => {
        const foreign = text(files, metadataName).replace(`original-${stamp}`, 'original-2025-09-09T09-09-09-999Z')
        files.set(metadataName, Buffer.from(foreign))
      },
    ],
    ['image.truncated', 'truncated', (files) => files.set(original, (pictures[0] ?? Buffer.alloc(0)).subarray(0, 200))],
    ['image.type', 'false', (files) => files.set(original, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))],
    ['image.type', 'empty', (files) => files.set(original, Buffer.alloc(0))],
    ['json.malformed', 'torn', (files) => files.set(metadataName, Buffer.from('{"timestamp": "2025'))],
    ['json.malformed', 'binary', (files) => files.set(metadataName, Buffer.from([0x7b, 0xff, 0xfe, 0x80]))],
    ['layout.invalid', 'a list', (files) => files.set(metadataName, Buffer.from('[]'))],
    ['layout.invalid', 'blank', (files) => files.set(metadataName, Buffer.from('{"instruction":"  "}'))],
  ]
  for (const [code, name, breakIt] of breakings) {
    const files = appTree([post(), good])
    breakIt(files)
    const { sessions, problems } = await read(files)
    assert.deepEqual([sessions.length, problems.map((problem) => problem.code)], [1, [code]], name)
    assert.match(problems[0]?.where ?? '', new RegExp(stamp), name)
  }
})

test('a session whose sizes contradict is kept, but trains nothing until a person accepts it', async () => {
  // Two posts in one millisecond: the folder holds the metadata of one and an image of the other.
  const files = appTree([post()])
  files.set(`training-data/session-${stamp}/reimagined-${stamp}.jpg`, pictures[4] ?? Buffer.alloc(0))
  const { sessions, store } = await read(files)
  const [session] = sessions
  assert.ok(session)
  assert.equal(store.warnings[0]?.code, 'session.mixed')
  assert.deepEqual(images.samples(session, []), [])
  const { report } = await write(sessions, store)
  assert.equal(report.items, 0)
  assert.match(report.losses[0]?.why ?? '', /doubtful/)
})

test('writing gives the documented names, true bytes and an honest extension', async () => {
  const { sessions, store } = await read(appTree([post()]))
  const { files, report } = await write(sessions, store)
  const folder = `training-data/session-${stamp}`
  assert.deepEqual(
    [...files.keys()],
    [`${folder}/original-${stamp}.jpg`, `${folder}/reimagined-${stamp}.png`, metadataName, logName],
  )
  assert.deepEqual(JSON.parse(text(files, metadataName)), {
    timestamp: '2025-01-15T10:30:45.123Z',
    instruction: 'make it modern farmhouse style',
    userEmail: 'anonymous',
    originalFilename: `original-${stamp}.jpg`,
    reimaginedFilename: `reimagined-${stamp}.png`,
    originalSize: pictures[0]?.length,
    reimaginedSize: pictures[1]?.length,
    sessionId: `session-${stamp}`,
  })
  assert.deepEqual(JSON.parse(text(files, logName)), JSON.parse(text(files, metadataName)))
  assert.deepEqual([report.files, report.items], [4, 1])
  assert.deepEqual(
    report.losses.map(({ field }) => field),
    ['contributor'],
  )
})

test('with consent a person is a pseudonym of their own, never the stored one', async () => {
  const { sessions, store } = await read(appTree([post()]))
  const { files } = await write(sessions, store, { mayShare: true, options: { log: 'short' } })
  const { userEmail } = JSON.parse(text(files, metadataName)) as { userEmail: string }
  assert.match(userEmail, /^q-[0-9a-f]{12}$/)
  assert.notEqual(userEmail, sessions[0]?.contributor)
  assert.deepEqual(Object.keys(JSON.parse(text(files, logName)) as object), ['timestamp', 'instruction', 'sessionId'])
  await assert.rejects(write(sessions, store, { options: { log: 'loud' } }), /format\.option.*complete, short.*loud/)
})

test('what the layout cannot hold is counted', async () => {
  const { sessions, store } = await read(appTree([post(), post({ stamp: '2025-03-01T00-00-00-000Z' })]))
  const [first, second] = sessions
  assert.ok(first && second)
  const rich = {
    ...first,
    parent: second.id,
    telemetry: { modelMs: 3 },
    settings: { ...first.settings, values: { model: 'edit-3', seed: 7, steps: null } },
    outcome: { ...first.outcome, rating: 1, durationMs: 9 },
  }
  const edit = (kind: string, n: number, after: JsonObject | null): Edit => {
    const id = `01890000-0000-7000-8000-00000000000${n}`
    return {
      id,
      session: n === 3 ? second.id : first.id,
      project: 'default',
      at: '2025-05-01T00:00:00Z',
      principal: 'r',
      kind,
      before: null,
      after,
      reason: null,
    }
  }
  const edits = [
    edit('images.instruction', 1, { instruction: 'modern farmhouse' }),
    edit('note', 2, null),
    edit('reject', 3, null),
  ]
  const { files, report } = await write([rich, second], store, { edits })
  assert.equal((JSON.parse(text(files, metadataName)) as JsonObject)['instruction'], 'modern farmhouse')
  assert.deepEqual(
    report.losses.map(({ field, what, count }) => `${field} ${what} ${count}`),
    [
      'contributor dropped 1',
      'images.instruction approximated 1',
      'note dropped 1',
      'outcome.durationMs dropped 1',
      'outcome.rating dropped 1',
      'parent dropped 1',
      'session dropped 1',
      'settings.values.model dropped 1',
      'settings.values.seed dropped 1',
      'telemetry dropped 1',
    ],
  )
})

test('round trip: whatever the app stored, reading what we write gives the same pairs, again and again', async () => {
  const postArbitrary = fc.record({
    stamp: fc
      .date({ min: new Date('2024-01-01'), max: new Date('2024-01-01T00:00:00.005Z'), noInvalidDate: true })
      .map((date) => date.toISOString().replace(/[:.]/g, '-')),
    instruction: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((each) => each.trim() !== ''),
    userEmail: fc.oneof(fc.constant(''), fc.constant('anonymous'), fc.emailAddress()),
    original: fc.nat(4),
    reimagined: fc.nat(4),
    laterMs: fc.nat(20),
  })
  const posts = fc.uniqueArray(postArbitrary, { selector: (each) => each.stamp, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(posts, fc.boolean(), async (given, mayShare) => {
      const bytes = (index: number) => pictures[index] ?? Buffer.alloc(0)
      const made = given.map((each) => ({
        ...each,
        original: bytes(each.original),
        reimagined: bytes(each.reimagined),
      }))
      const first = await read(appTree(made))
      assert.deepEqual([first.problems.length, first.sessions.length], [0, given.length])
      const out = await write(first.sessions, first.store, { mayShare })
      const second = await read(out.files)
      assert.deepEqual(second.problems, [])
      // The person is the one thing that does not come back as it was.
      const nameless = (session: AnySession) => ({ ...session, contributor: null })
      assert.deepEqual(second.sessions.map(nameless), first.sessions.map(nameless))
      assert.deepEqual((await write(second.sessions, second.store, { mayShare: false })).files.size, out.files.size)
      const again = await write(first.sessions, first.store, { mayShare })
      assert.deepEqual(again.files, out.files)
      for (const { userEmail } of given.filter((each) => each.userEmail.includes('@'))) {
        const all = [...first.sessions.map((each) => canonicalJson(each)), text(out.files, logName)].join('\n')
        assert.equal(all.toLowerCase().includes(userEmail.toLowerCase()), false)
      }
    }),
    { numRuns: 30 },
  )
})

test('sessions of one millisecond from anywhere get folders of their own', async () => {
  const { sessions, store } = await read(appTree([post()]))
  const [session] = sessions
  assert.ok(session)
  const elsewhere = Array.from({ length: 40 }, (_, n) => ({
    ...session,
    id: `01890000-0000-7000-8000-0000000001${String(n).padStart(2, '0')}`,
    context: { instruction: `number ${n}`, clientSupplied: true },
  }))
  const { files, report } = await write([session, ...elsewhere], store)
  assert.equal(report.items, 41)
  const back = await read(files)
  assert.deepEqual(back.problems, [])
  assert.equal(new Set(back.sessions.map((each) => each.context['instruction'])).size, 41)
  assert.equal(new Set(back.sessions.map((each) => each.recordedAt)).size, 1)
})

test('a hostile name in a session never becomes a path', async () => {
  const { sessions, store } = await read(appTree([post()]))
  const [session] = sessions
  assert.ok(session)
  const hostile = {
    ...session,
    context: { ...session.context, origin: { layout: 'nexvision', session: 'session-../../../etc' } },
  }
  const { files } = await write([hostile], store)
  assert.deepEqual(
    [...files.keys()].filter((name) => name.includes('..')),
    [],
  )
})

test('where a picture was taken is not given out, unless that is asked for', async () => {
  const place = { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' }
  const photo = await sharp(pictures[0])
    .withExif({ IFD0: { Artist: 'Jo Doe' }, IFD3: place })
    .jpeg()
    .toBuffer()
  const { sessions, store } = await read(appTree([post({ original: photo })]))
  const name = `training-data/session-${stamp}/original-${stamp}.jpg`
  const { files, report } = await write(sessions, store)
  assert.equal((await inspectImage(files.get(name) ?? '')).hasLocation, false)
  assert.doesNotMatch(Buffer.from(files.get(name) ?? []).toString('latin1'), /Jo Doe/)
  assert.deepEqual(
    report.losses.map((loss) => loss.field),
    ['contributor', 'input metadata'],
  )
  const again = await read(files)
  assert.equal(images.samples(again.sessions[0] ?? assert.fail(), []).length, 1, 'sizes and files agree')
  const kept = await write(sessions, store, { options: { 'keep-metadata': true } })
  assert.deepEqual(Buffer.from(kept.files.get(name) ?? []), photo)
})

test('detection says what fits and what is missing', async () => {
  const detect = (files: Files) => nexvision.detect(memorySource(files))
  const tree = appTree([post()])
  assert.deepEqual(await detect(tree), { fits: true, variant: 'folders with a log' })
  tree.delete(logName)
  assert.deepEqual(await detect(tree), { fits: true, variant: 'folders without a log' })
  assert.deepEqual(await detect(new Map([['x/training-log.jsonl', Buffer.from('')]])), {
    fits: true,
    variant: 'a log without folders',
  })
  const other = await detect(
    new Map([
      ['manifest.json', Buffer.from('{}')],
      ['session-notes/readme.txt', Buffer.from('')],
    ]),
  )
  assert.equal(other.fits, false)
  assert.match(other.fits ? '' : other.because.join('; '), /session-STAMP.*training-log\.jsonl/)
})
