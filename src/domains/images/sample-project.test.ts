import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { editSchema } from '#core/edit-schema.ts'
import type { Edit } from '#core/edit.ts'
import { parseJson } from '#core/json.ts'
import type { PairSample } from '#core/sample.ts'
import type { AnySession } from '#core/session.ts'
import { inspectImage } from '#media/still.ts'
import { hashDistance } from '#vision/perceptual-hash.ts'
import { images } from './images.ts'
import { asImages, picture } from './session.ts'

const folder = fileURLToPath(new URL('../../../sample/images/', import.meta.url))
const lines = (name: string) =>
  readFileSync(folder + name, 'utf8')
    .trim()
    .split('\n')
    .map((line) => parseJson(line))
const sessions = lines('sessions.ndjson') as unknown as AnySession[]
const edits = lines('edits.ndjson') as unknown as Edit[]
const pairs = sessions.flatMap((session) =>
  images.samples(
    session,
    edits.filter((edit) => edit.session === session.id),
  ),
)

test('sessions, edits and media of the sample project are whole and belong together', async () => {
  const names = new Map(readdirSync(`${folder}media`).map((name) => [name.slice(0, 64), name]))
  let bytes = 0
  for (const session of sessions) {
    const checked = images.schema.safeParse(session)
    assert.equal(checked.success, true, checked.error?.message)
    for (const media of session.media) {
      const content = readFileSync(`${folder}media/${names.get(media.sha256)}`)
      assert.equal(createHash('sha256').update(content).digest('hex'), media.sha256)
      const { mediaType, width, height, bytes: size } = await inspectImage(content)
      assert.deepEqual({ role: media.role, sha256: media.sha256, mediaType, bytes: size, width, height }, media)
    }
  }
  const used = new Set(sessions.flatMap((session) => session.media.map((media) => media.sha256)))
  assert.deepEqual([...names.keys()].sort(), [...used].sort())
  for (const name of names.values()) bytes += readFileSync(`${folder}media/${name}`).length
  assert.ok(bytes < 700_000)
  for (const edit of edits) {
    assert.equal(editSchema.safeParse(edit).success, true)
    assert.equal(
      images.editKinds[edit.kind as keyof typeof images.editKinds]?.safeParse(edit.after).success ?? true,
      true,
    )
    assert.ok(sessions.some((session) => session.id === edit.session))
  }
})

test('the sample project shows what its README says', () => {
  assert.equal(sessions.length, 14)
  assert.equal(pairs.length, 12, 'one failed and one rejected edit give no pair')
  const chain = sessions.filter((session) => session.parent !== null)
  assert.deepEqual(
    chain.map((session) => asImages(session).context.turnIndex),
    [2, 3],
  )
  for (const session of chain) {
    const before = sessions.find((other) => other.id === session.parent)
    assert.ok(before)
    assert.equal(picture(asImages(session), 'input')?.sha256, picture(asImages(before), 'output')?.sha256)
  }
  const groups = Map.groupBy(pairs, (pair) => pair.group)
  assert.deepEqual([...groups.values()].map((group) => group.length).sort(), [1, 1, 1, 2, 2, 2, 3])
  assert.ok(pairs.some((pair) => (pair as PairSample).instruction === 'make the lamp blue'))
  assert.equal(pairs.filter((pair) => (pair as PairSample).mask).length, 5)
  const lakes = sessions
    .map(asImages)
    .filter((session) => /autumn|sunny/.test(session.context.instruction))
    .map((session) => session.context.inputImage?.perceptualHash ?? '')
  const [first = '', , copy = ''] = lakes
  assert.ok(hashDistance(first, copy) <= 6, 'the near duplicate is near')
})
