import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { isPattern, sequenceInFolder, sequenceOfFile, sequenceOfPattern } from './sequence-files.ts'

describe('the files of a sequence', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hindsight-sequence-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  const add = (...names: readonly string[]) => Promise.all(names.map((name) => writeFile(join(folder, name), '')))

  test('are found in a folder, beside one of them, and by a pattern, in the order of their numbers', async () => {
    const names = ['v2.shot.9.png', 'v2.shot.10.png', 'v2.shot.11.png']
    await add('notes.txt', '.DS_Store', '._v2.shot.9.png', ...names.toReversed())
    for (const files of [
      await sequenceInFolder(folder),
      await sequenceOfFile(join(folder, 'v2.shot.10.png')),
      await sequenceOfPattern(join(folder, 'v2.shot.#.png')),
      await sequenceOfPattern(join(folder, 'v2.shot.%d.png')),
    ]) {
      assert.deepEqual(files.names, names)
      assert.equal(files.first.digits, '9')
    }
  })

  test('of a pattern have as many digits as it says, or more once they are needed', async () => {
    await add('a.0098.exr', 'a.0099.exr', 'a.99.exr', 'b.0001.exr')
    const found = await sequenceOfPattern(join(folder, 'a.####.exr'))
    assert.deepEqual(found.names, ['a.0098.exr', 'a.0099.exr'])
    assert.deepEqual((await sequenceOfPattern(join(folder, 'a.%02d.exr'))).names, ['a.99.exr'])
    await add('c.99.exr', 'c.100.exr')
    assert.deepEqual((await sequenceOfPattern(join(folder, 'c.##.exr'))).names, ['c.99.exr', 'c.100.exr'])
    assert.deepEqual(['a.%04d.png', 'a.#.png', '100%.png', 'a#b/c.png'].map(isPattern), [true, true, false, false])
  })

  test('must have no gap, and the fault names the first that is missing', async () => {
    await add('s_001.png', 's_002.png', 's_006.png')
    await assert.rejects(sequenceInFolder(folder), (error: Error) => {
      assert.match(
        error.message,
        /media\.sequence: expected s_003\.png behind s_002\.png, found a gap: s_003\.png and 2 more/,
      )
      return true
    })
  })

  test('must have each number once, be one sequence, and be there', async () => {
    await assert.rejects(sequenceInFolder(folder), { code: 'media.empty' })
    await assert.rejects(sequenceOfPattern(join(folder, 's_#.png')), { code: 'media.empty' })
    await add('s_1.png', 's_01.png')
    await assert.rejects(sequenceInFolder(folder), { code: 'media.sequence', found: 's_01.png and s_1.png' })
    await add('t_1.png')
    await assert.rejects(sequenceInFolder(folder), { code: 'media.sequence', found: 's_#.png, t_#.png' })
  })

  test('without numbers are one image each', async () => {
    await add('left.png', 'right.png')
    assert.deepEqual((await sequenceOfFile(join(folder, 'left.png'))).names, ['left.png'])
    await assert.rejects(sequenceInFolder(folder), { code: 'media.sequence' })
  })
})
