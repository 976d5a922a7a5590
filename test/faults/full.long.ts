/** HINDSIGHT_FULL (default 100) times a disk becomes full while a store on it is worked on, every fifth time while it takes a backup. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { fillBackup, fillOnce, mountSmall, unmount } from './full-rounds.ts'

const rounds = Number(process.env['HINDSIGHT_FULL'] ?? 100)
const seed = process.env['HINDSIGHT_SEED'] ?? 'full'
const folder = mkdtempSync(join(tmpdir(), 'hindsight-full-'))
const disk = join(folder, 'disk')
const skip = mountSmall(disk)
after(() => {
  unmount(disk)
  rmSync(folder, { recursive: true })
})

test(`a disk that becomes full ${rounds} times loses nothing (seed ${seed})`, { skip }, async () => {
  const rng = seededRng(seed)
  const sums = { refused: 0, acknowledged: 0, backupsRefused: 0, backupsMade: 0 }
  for (let round = 0; round < rounds; round++) {
    if (round % 5 === 4) {
      const result = await fillBackup(disk, folder, rng)
      if (result === 'made') sums.backupsMade++
      else sums.backupsRefused++
      continue
    }
    const { refused, acknowledged } = await fillOnce(disk, round, rng)
    sums.refused += refused
    sums.acknowledged += acknowledged
  }
  console.log(`${rounds} times full: ${JSON.stringify(sums)}, none lost`)
})
