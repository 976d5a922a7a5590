/** `hindsight match`: from picture files to places, on a screen that was drawn. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import sharp from 'sharp'
import { runCli } from '#cli/program.ts'
import type { Matched } from '#engine/match-template.ts'
import { cut, drawScreen } from '#vision/templates/test-screen.ts'

describe('hindsight match', () => {
  const drawn = drawScreen(800, 500, 12)
  const button = drawn.buttons[4]!
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-match-'))
    await sharp(drawn.data, { raw: { width: 800, height: 500, channels: 3 } })
      .png()
      .toFile(join(dir, 'screen.png'))
    const part = cut(drawn, button)
    const raw = { width: part.widthPx, height: part.heightPx, channels: 3 } as const
    await sharp(part.data, { raw }).png().toFile(join(dir, 'button.png'))
    await sharp(part.data, { raw })
      .resize({ width: Math.round(part.widthPx * 0.85) })
      .png()
      .toFile(join(dir, 'small.png'))
    const hole = { create: { width: 20, height: 10, channels: 4, background: '#ffffffff' } } as const
    const blend = [{ input: await sharp(hole).png().toBuffer(), left: 4, top: 8, blend: 'dest-out' }] as const
    await sharp(part.data, { raw })
      .ensureAlpha()
      .composite([...blend])
      .png()
      .toFile(join(dir, 'holed.png'))
    await sharp({ create: { width: 30, height: 20, channels: 3, background: '#336699' } })
      .png()
      .toFile(join(dir, 'flat.png'))
  })
  after(() => rm(dir, { recursive: true }))

  async function hindsight(...args: readonly string[]) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const streams = { stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream }
    const files = args.map((arg) => (/\.(png|txt)$/.test(arg) ? join(dir, arg) : arg))
    const status = await runCli(['match', ...files], { ...streams, env: process.env })
    return { status, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
  }

  test('says where the template lies, and draws it', async () => {
    const { status, stdout } = await hindsight('button.png', 'screen.png', '--out', 'found.png')
    assert.equal(status, 0)
    assert.match(
      stdout,
      new RegExp(`^${button.x},${button.y}  ${button.width} x ${button.height}  similarity 1.000$`, 'm'),
    )
    const { data } = await sharp(join(dir, 'found.png')).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    const at = 3 * ((button.y + 10) * 800 + button.x - 1)
    assert.ok(data[at]! > 150 && data[at + 1]! < 120, 'a red border')
  })

  test('at another size, through a hole, in a region; as JSON', async () => {
    const read = async (...args: readonly string[]) => {
      const { status, stdout } = await hindsight(...args, '--json')
      return { status, ...(JSON.parse(stdout) as Matched) }
    }
    const small = await read('small.png', 'screen.png', '--scales', '0.8-1.3')
    assert.ok(Math.abs(small.best!.scale - 1 / 0.85) < 0.03 && Math.abs(small.best!.x - button.x) <= 2)
    const holed = await read('holed.png', 'screen.png', '--color')
    assert.deepEqual([holed.best!.x, holed.best!.y, holed.best!.score > 0.999], [button.x, button.y, true])
    const elsewhere = await read('button.png', 'screen.png', '--region', '0,0,300,300')
    assert.deepEqual([elsewhere.status, elsewhere.matches], [1, []])
  })

  test('what cannot work is said', async () => {
    const said = async (...args: readonly string[]) => {
      const { status, stderr } = await hindsight(...args)
      return `${status} ${stderr}`
    }
    assert.match(await said('flat.png', 'screen.png'), /^1 .*template\.useless/s)
    assert.match(await said('screen.png', 'button.png'), /^1 .*800 x 500 pixels/s)
    assert.match(await said('none.png', 'screen.png'), /^1 .*file\.missing/s)
    assert.match(await said('button.png', 'screen.png', '--scales', 'big'), /^2 .*FROM-TO/s)
    assert.match(await said('button.png', 'screen.png', '--threshold', '3'), /^2 .*above 0/s)
  })
})
