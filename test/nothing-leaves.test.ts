/** No part of the program speaks to anybody but this machine: every socket that it opens is looked at. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { makeFootage } from './footage/footage.ts'
import { needs } from './needs.ts'

const strace = needs('strace')
const program = fileURLToPath(new URL('./use-everything.ts', import.meta.url))

/** Where a call wanted to go; null for what stays on the machine. */
function stranger(line: string): string | null {
  const address = /sin6?_addr=inet(?:_pton\(AF_INET6, "|_addr\(")([^"]+)"|inet_pton\(AF_INET6, "([^"]+)"/.exec(line)
  const to = address?.[1] ?? address?.[2]
  if (to === undefined || to.startsWith('127.') || to === '::1' || to === '::ffff:127.0.0.1') return null
  return line.trim()
}

describe('nothing leaves the machine', () => {
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-leaves-'))
  })
  after(() => rm(dir, { recursive: true }))

  test('the look at sockets sees what would leave', () => {
    const call = 'connect(21, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("93.184.216.34")}, 16) = -1'
    assert.ok(stranger(call))
    assert.ok(stranger(call.replace('93.184.216.34', '10.0.0.1')), 'a name server in the same house is a stranger too')
    assert.ok(
      stranger('connect(3, {sa_family=AF_INET6, sin6_port=htons(53), inet_pton(AF_INET6, "2606::1", &sin6_addr)}, 28)'),
    )
    assert.equal(stranger(call.replace('93.184.216.34', '127.0.0.1')), null)
    assert.equal(stranger('connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 0'), null)
  })

  test('start, record, learn, track and export try no socket to anybody', { skip: strace.skip }, async () => {
    const clip = join(dir, 'clip')
    await mkdir(clip)
    const footage = makeFootage({ seed: 5, frames: 12, speed: 2.5 })
    for (let frame = 0; frame < 12; frame++) {
      await sharp(footage.picture(frame), { raw: { width: 320, height: 180, channels: 3 } })
        .png({ compressionLevel: 1 })
        .toFile(join(clip, `shot.${String(frame).padStart(4, '0')}.png`))
    }
    const log = join(dir, 'sockets')
    const traced = [strace.path, '-f', '-qq', '-s', '200', '-e', 'trace=connect,sendto,sendmsg,sendmmsg', '-o', log]
    const use = [...traced, process.execPath, program, dir, clip]
    // Where it can be had, a network without a way out: what would have to wait for an answer from outside fails here.
    const away = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0
    const command = away ? ['unshare', '-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...use] : use
    const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
    const [status] = (await once(child, 'close')) as [number]
    assert.equal(status, 0, said)
    assert.match(said, /everything was used/)
    const calls = (await readFile(log, 'utf8')).split('\n')
    assert.ok(
      calls.some((line) => /connect\(.*127\.0\.0\.1/.test(line)),
      'the page and the API were asked, so the look saw sockets',
    )
    assert.deepEqual(calls.map(stranger).filter(Boolean), [])
  })
})
