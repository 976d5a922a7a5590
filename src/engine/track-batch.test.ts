import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { clipsIn, outOf } from './track-batch.ts'

let dir: string
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-batch-'))
  for (const folder of ['plates', 'notes']) await mkdir(join(dir, folder))
  const files = ['shot10.mp4', 'shot2.MOV', 'notes.txt', '.hidden.mp4', 'plates/a.0001.png', 'notes/a.txt']
  for (const name of files) await writeFile(join(dir, name), '')
})
after(() => rm(dir, { recursive: true }))

test('a folder stands for its videos and folders of pictures, in the order that people count', async () => {
  const at = (name: string) => join(dir, name)
  assert.deepEqual(await clipsIn([dir]), [at('plates'), at('shot2.MOV'), at('shot10.mp4')])
  assert.deepEqual(await clipsIn([at('plates')]), [at('plates')])
  assert.deepEqual(await clipsIn([at('notes'), at('gone.mp4'), 'a.%04d.png']), [
    at('notes'),
    at('gone.mp4'),
    'a.%04d.png',
  ])
  await assert.rejects(clipsIn([]), /usage.*clips.*none/)
})

test('each clip has results of its own', () => {
  assert.deepEqual(outOf(['/a/one.mp4', '/b/one.mov', '/c/plates', 'x.%04d.png'], '/out'), [
    '/out/one',
    '/out/one-2',
    '/out/plates',
    '/out/x.04d.png',
  ])
  assert.deepEqual(outOf(['/a/one.mp4'], null), [null])
})
