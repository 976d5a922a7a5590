/** The recorder for Python programs, in a real Python, before a real engine. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Client, createClient } from '#client/client.ts'
import { createRecorder, diskSpool } from '#client/node.ts'
import { type ServerProcess, startServerProcess } from '../bench/server-process.ts'
import { needs } from './needs.ts'

const python = needs('python')
const folder = fileURLToPath(new URL('../integrations/python', import.meta.url))

describe('the recorder for Python', { skip: python.skip }, () => {
  let dir: string
  let server: ServerProcess
  let client: Client
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-python-'))
    server = await startServerProcess(join(dir, 'data'))
    client = createClient({ base: server.url })
  })
  after(async () => {
    await server.stop()
    await rm(dir, { recursive: true })
  })

  /** What a program prints last, as JSON; it has a recorder `r` before the engine at `base`. */
  function program(spool: string, base: string, lines: string): unknown {
    const start = `import json, os, sys\nsys.path.insert(0, ${JSON.stringify(folder)})\nfrom hindsight_recorder import Recorder\n`
    const made = `r = Recorder(${JSON.stringify(base)}, host="addon", version="2", project="py", spool=${JSON.stringify(join(dir, spool))})\n`
    const { stdout, stderr } = spawnSync(python.path, ['-c', start + made + lines], { encoding: 'utf8' })
    assert.equal(stderr, '')
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null')
  }
  const away = 'http://127.0.0.1:9'
  const record = (count: number) =>
    `for i in range(${count}):
    last = r.record("images", {"instruction": "edit %d" % i, "nothing": float("nan")}, {"values": {"seed": 2**60 + i}},
        {"status": "failed"}, media=[("input", b"pixels %d" % (i % 3), "image/png")])
`
  const found = async () => (await client.call('GET /api/v1/sessions', { query: { project: 'py', limit: 200 } })).items

  test('a program that died with its engine away leaves its runs to the next one', async () => {
    const died = program('one', away, `${record(20)}print(json.dumps(r.flush(0.5)), flush=True)\nos._exit(9)\n`)
    const { arrived, waiting, problem } = died as { arrived: boolean; waiting: number; problem: { code: string } }
    assert.deepEqual([arrived, waiting, problem.code], [false, 20, 'server.unreachable'])
    const next = `r.edit(r.record("images", {"instruction": "x"}, {"values": {}}, {"status": "failed"}), "rating", {"rating": 1})
print(json.dumps(r.flush()))
r.close()
`
    assert.deepEqual(program('one', server.url, next), { arrived: true, waiting: 0, lost: [], problem: null })
    const sessions = await found()
    assert.equal(sessions.length, 21)
    assert.equal(sessions.filter(({ edits }) => edits === 1).length, 1)
    const session = await client.call('GET /api/v1/sessions/{id}', { params: { id: sessions.at(-1)!.id } })
    const { context, settings, media } = session as unknown as Record<string, Record<string, unknown>>
    assert.deepEqual(context, { instruction: 'edit 0', nothing: null })
    assert.deepEqual(settings!['values'], { seed: 2n ** 60n })
    const { sha256 } = (media as unknown as { sha256: string }[])[0]!
    const bytes = await client.open('GET /api/v1/blobs/{sha256}', { params: { sha256 } })
    assert.equal(await bytes.text(), 'pixels 0')
    assert.deepEqual(await readdir(join(dir, 'one')), [])
  })

  test('what it left is taken over by a program on Node too', async () => {
    program('two', away, `${record(5)}print("0", flush=True)\nos._exit(9)\n`)
    const spool = diskSpool(join(dir, 'two'))
    const recorder = createRecorder({ base: server.url, host: { name: 'node' }, spool })
    const { arrived } = await recorder.flush()
    await recorder.close()
    assert.ok(arrived)
    assert.equal((await found()).length, 26)
  })

  test('an edit waits for a session that another program has, and holds up nothing', async () => {
    const id = '01936f5e-0000-7000-8000-0000000000bb'
    const lines = `r.edit("${id}", "rating", {"rating": 1})
r.record("images", {"instruction": "behind it"}, {"values": {}}, {"status": "failed"})
early = r.flush(2)
other = Recorder(${JSON.stringify(server.url)}, host="addon", project="apart", spool=${JSON.stringify(join(dir, 'apart'))})
other.record("images", {"instruction": "the session itself"}, {"values": {}}, {"status": "failed"}, id="${id}")
other.flush()
other.close()
print(json.dumps([early["waiting"], early["lost"], early["problem"]["code"], r.flush(20)["arrived"]]))
r.close()
`
    assert.deepEqual(program('four', server.url, lines), [1, [], 'session.unknown', true])
    const { items } = await client.call('GET /api/v1/sessions/{id}/edits', { params: { id } })
    assert.equal(items.length, 1)
  })

  test('leaves an engine alone that asks for it, also in a flush', () => {
    const lines = `import http.server, threading, time
times = []
class Busy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        times.append(time.monotonic())
        self.rfile.read(int(self.headers["content-length"]))
        busy = len(times) == 1
        self.send_response(429 if busy else 200)
        if busy:
            self.send_header("retry-after", "1")
        self.end_headers()
        self.wfile.write(b'{"code": "quota.rate", "message": "slow down"}' if busy else b"{}")
    def log_message(self, *args):
        pass
busy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy)
threading.Thread(target=busy.serve_forever, daemon=True).start()
b = Recorder("http://127.0.0.1:%d" % busy.server_port, host="addon", spool=${JSON.stringify(join(dir, 'busy'))})
b.record("images", {"instruction": "x"}, {"values": {}}, {"status": "failed"})
early = b.flush(0.3)
after = b.flush(20)
print(json.dumps([early["problem"]["code"], after["arrived"], len(times), times[1] - times[0] >= 1]))
b.close()
`
    assert.deepEqual(program('five', server.url, lines), ['quota.rate', true, 2, true])
  })

  test('raises nothing, whatever it is handed, and sets aside what is refused', async () => {
    const odd = `told = []
r._on_problem = lambda problem, id: (told.append(problem["code"]), 1 / 0)
r.record("images", {"draw": print}, {}, {})
r.record("images", {"instruction": "x"}, {"values": {}}, {"status": "failed"}, media=[("input", "/no/such/file", "image/png")])
bad = r.record("images", {"instruction": "x"}, {"values": {}}, {"status": "splendid"})
good = r.record("images", {"instruction": "x"}, {"values": {}}, {"status": "failed"})
result = r.flush()
print(json.dumps([result["waiting"], result["arrived"], told, [one["id"] == bad for one in result["lost"]], good]))
r.close()
`
    const [waiting, arrived, told, lost, good] = program('three', server.url, odd) as [
      number,
      boolean,
      string[],
      boolean[],
      string,
    ]
    assert.deepEqual([waiting, arrived, lost], [0, false, [false, false, true]])
    assert.deepEqual(told, ['spool.failed', 'spool.failed', 'session.invalid'])
    assert.equal((await client.call('GET /api/v1/sessions/{id}', { params: { id: good } }))['id'], good)
    assert.equal((await readdir(join(dir, 'three', 'refused'))).length, 1)
  })
})
