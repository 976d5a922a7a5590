/** Learning on the command line, from a clip that is really tracked to what is shown of it. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import sharp from 'sharp'
import { runCli } from '#cli/program.ts'
import type { LearnStatus } from '#engine/learning/status.ts'
import type { ToldPrediction } from '#engine/learning/told-prediction.ts'
import { makeFootage } from './footage/footage.ts'

describe('learning on the command line', () => {
  let dir: string
  let clip: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-learn-cli-'))
    clip = join(dir, 'shot')
    await mkdir(clip)
    const footage = makeFootage({ seed: 5, frames: 8, speed: 3, widthPx: 240, heightPx: 136 })
    const raw = { width: footage.info.widthPx, height: footage.info.heightPx, channels: 3 } as const
    for (let frame = 0; frame < footage.info.frameCount; frame++) {
      await sharp(footage.picture(frame), { raw })
        .png({ compressionLevel: 1 })
        .toFile(join(clip, `shot.${String(frame).padStart(4, '0')}.png`))
    }
    const made = await hindsight('track', clip, '--tracks', '60', '--policy', 'defaults')
    assert.match(made.stdout, /^recorded /m, made.stderr)
  })
  after(() => rm(dir, { recursive: true }))

  async function hindsight(...args: readonly string[]) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const streams = { stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream }
    const status = await runCli([...args, '--data', join(dir, 'data')], { ...streams, env: process.env })
    return { status, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
  }
  const statusNow = async () =>
    JSON.parse((await hindsight('learn', 'status', 'camera/embedded', '--json')).stdout) as LearnStatus

  test('draws between two policies in an experiment, records which, and counts the run for it', async () => {
    const started = await hindsight('learn', 'experiment', 'start', 'table', '--first', 'tiers', '--second', 'defaults')
    assert.match(started.stdout, /a coin: tiers against defaults \(camera\/embedded\)/)
    const run = await hindsight('track', clip, '--retries', '0')
    assert.match(run.stdout, /^recorded /m, run.stderr)
    const [learner] = (await statusNow()).learners
    const [experiment] = learner?.experiments ?? []
    assert.equal(experiment?.sessions, 1)
    const { first, second } = experiment.comparison
    assert.equal(first.sessions + second.sessions, 1)
    const shown = await hindsight('learn', 'experiment')
    assert.match(shown.stdout, /^table: tiers against defaults[^]*Not decided: /)
    assert.match((await hindsight('learn', 'experiment', 'stop', 'table')).stdout, /^Stopped: table/)
    const again = await hindsight('learn', 'experiment', 'start', 'table')
    assert.deepEqual([again.status, /experiment\.exists/.test(again.stderr)], [1, true])
  })

  test('says what was learned, what it is worth, and what to record next', async () => {
    const { status, stdout } = await hindsight('learn', 'status')
    assert.equal(status, 0)
    assert.match(stdout, /SD at \d+ frames a second|SD at an unknown frame rate/)
    assert.match(stdout, /may cost {3}.*at the very most|may cost {3}Learning has cost nothing yet/)
    assert.match(stdout, /record next:\n +\S/)
    const worth = await hindsight('learn', 'evaluate')
    assert.equal(worth.status, 0)
    assert.match(worth.stdout, /SNIPS +doubly robust/)
    const nobody = await hindsight('learn', 'status', 'weather')
    assert.deepEqual([nobody.status, /learn\.unknown/.test(nobody.stderr)], [1, true])
  })

  test('says what a run of the clip would want, and from which session, without a trace', async () => {
    const before = (await statusNow()).learners[0]?.safety.credit
    const told = JSON.parse((await hindsight('predict', clip, '--json')).stdout) as ToldPrediction
    assert.equal(told.learner, 'camera/embedded')
    assert.ok(told.base.settings['patternSize'])
    assert.ok(told.similar.length > 0 && told.similar[0]!.distance < 0.1, 'the very clip was run')
    assert.ok(Math.abs(told.chances.reduce((sum, { chance }) => sum + chance, 0) - 1) < 0.2)
    const { stdout } = await hindsight('predict', clip)
    assert.match(stdout, /because +\S[^]*sessions like it:/)
    assert.doesNotMatch(stdout, /threshold 0(?:\.0+)?,|(?:draws|,) 0 % /, 'small figures are not rounded away')
    assert.deepEqual((await statusNow()).learners[0]?.safety.credit, before)
    const wrong = await hindsight('predict', clip, '--engine', 'guesses')
    assert.equal(wrong.status, 2)
    assert.equal((await hindsight('predict', join(dir, 'nowhere.mp4'))).status, 1)
  })

  test('forgets when told so twice, and learns again', async () => {
    assert.equal((await hindsight('learn', 'reset')).status, 2)
    assert.equal((await hindsight('learn', 'reset', '--yes')).status, 0)
    assert.deepEqual((await statusNow()).learners[0]?.tally.taught, {})
    assert.match((await hindsight('learn', 'rebuild')).stdout, /^\d+ sessions? taught/)
    assert.notDeepEqual((await statusNow()).learners[0]?.tally.taught, {})
  })

  test('says of each model why it does not act, and refuses what is none', async () => {
    assert.match((await hindsight('learn', 'models')).stdout, /none acts/)
    const file = join(dir, 'model.json')
    await writeFile(file, '{"format": "of somebody else"}')
    const strange = await hindsight('learn', 'import', file)
    assert.deepEqual([strange.status, /model\.invalid/.test(strange.stderr)], [1, true])
    assert.equal((await hindsight('learn', 'import', join(dir, 'none.json'))).status, 1)
    const nothing = await hindsight('learn', 'export', 'settings', '--out', join(dir, 'out.json'))
    assert.deepEqual([nothing.status, /model\.unknown/.test(nothing.stderr)], [1, true])
    await assert.rejects(readFile(join(dir, 'out.json')), /ENOENT/)
  })
})
