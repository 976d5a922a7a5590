import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import type { Edit } from '#core/edit.ts'
import { editSchema } from '#core/edit-schema.ts'
import type { AnySession } from '#core/session.ts'
import { gui } from './gui.ts'
import { isScreenSample, type ScreenSample } from './samples.ts'
import type { GuiSession } from './session.ts'

const folder = new URL('../../../sample/gui/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder))
const records = <T>(name: string) =>
  read(name)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

const sessions = records<GuiSession & AnySession>('sessions.ndjson')
const edits = records<Edit>('edits.ndjson')

test('the sample runs fit the schema, and their pictures are there, unchanged and small', () => {
  for (const session of sessions) {
    const checked = gui.schema.safeParse(session)
    assert.ok(checked.success, checked.success ? '' : checked.error.message)
  }
  const named = new Map(sessions.flatMap(({ media }) => media.map((ref) => [ref.sha256, ref])))
  let bytes = 0
  for (const file of readdirSync(new URL('media/', folder))) {
    const content = read(`media/${file}`)
    const sha256 = createHash('sha256').update(content).digest('hex')
    assert.equal(file, `${sha256}.png`)
    assert.equal(named.get(sha256)?.bytes, content.length)
    named.delete(sha256)
    bytes += content.length
  }
  assert.equal(named.size, 0)
  assert.ok(bytes < 900_000, `${bytes} bytes`)
})

test('one run succeeded, one failed for a template that was nowhere; nothing tells what was typed', () => {
  assert.deepEqual(
    sessions.map((session) => gui.summary(session)),
    ['Approve an invoice, 15 actions', 'Export the open invoices, 8 actions, 1 failed'],
  )
  const typed = sessions.flatMap(({ telemetry }) => telemetry?.actions?.flatMap((action) => action.typed ?? []) ?? [])
  assert.equal(typed.length, 4)
  for (const text of typed) assert.deepEqual(Object.keys(text).sort(), ['class', 'lengthChars'])
})

test('its screens become labelled samples; two runs that saw the same screen share it, and corrections hold', () => {
  for (const edit of edits) {
    assert.ok(editSchema.safeParse(edit).success)
    assert.ok(gui.editKinds['gui.annotation'].safeParse(edit.after).success)
  }
  const samples = new Map<string, ScreenSample>()
  for (const session of sessions) {
    const own = edits.filter((edit) => edit.session === session.id)
    for (const sample of gui.samples(session, own).filter(isScreenSample)) {
      const known = samples.get(sample.id)
      samples.set(sample.id, known ? (gui.mergeSamples(known, sample) as ScreenSample) : sample)
    }
  }
  const all = [...samples.values()]
  assert.equal(all.length, 20)
  assert.equal(all.filter((sample) => sample.sessions.length === 2).length, 2)
  const labels = all.flatMap(({ annotations }) => annotations)
  assert.equal(labels.filter(({ verified }) => verified).length, 5)
  assert.equal(labels.filter(({ label }) => label === 'secondary_button').length, 1)
  // Every click of the robot hit an element that is known: no stand-in box was needed.
  assert.equal(labels.filter(({ source }) => source === 'user_click').length, 0)
  assert.equal(labels.flatMap(({ provenance }) => provenance.clicks).length, 15)
})
