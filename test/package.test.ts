/**
 * The package as a user has it: `npm install` in an empty folder, the command line, the client on Node, in a page put through
 * the page's own build, and under a strict TypeScript without Zod.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { build, type Rollup } from 'vite'
import { createClient } from '#client/client.ts'
import { importsOf, reachedFrom } from '../tools/emitted-imports.ts'
import { type InstalledPackage, installPackage } from './installed-package.ts'
import { needs } from './needs.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const browser = needs('chromium')
const ffmpeg = needs('ffmpeg')

/** Larger than it is, by as much as a year may add. What a user downloads should not grow unseen. */
const mostPackedBytes = 5_000_000

describe('the installed package', {
  concurrency: 1,
  skip: process.platform === 'win32' && 'npx is a shell script',
}, () => {
  let app: InstalledPackage
  let lib: string
  let engine: ChildProcess
  let url: string
  before(async () => {
    app = await installPackage()
    lib = join(app.folder, 'node_modules/hindsight-engine/lib')
    engine = spawn('npx', ['hindsight', 'start', '--port', '0', '--json'], {
      cwd: app.folder,
      env: app.env,
      detached: true,
    })
    const [said] = (await once(engine.stdout!, 'data')) as [Buffer]
    url = (JSON.parse(said.toString()) as { url: string }).url
  })
  after(async () => {
    // npx puts a shell in between: all of its group are told.
    const gone = once(engine, 'exit')
    process.kill(-engine.pid!, 'SIGTERM')
    await gone
    await app.remove()
  })
  const hindsight = (...args: string[]) => execute('npx', ['hindsight', ...args], { cwd: app.folder, env: app.env })
  const client = () => createClient({ base: url })

  test('holds what is run and read, and nothing else', () => {
    const paths = app.files.map(({ path }) => path)
    const strange = paths.filter(
      (path) =>
        !/^(?:bin|lib|dist\/studio)\/|^(?:README\.md|LICENSE|package\.json|tools\/node24\.mjs)$/.test(path) &&
        !/^sample\/(?:README\.md|\w+\/(?:sessions|edits)\.ndjson|\w+\/media\/[0-9a-f]{64}\.\w+|clips\/walk\.(?:mp4|truth\.json))$/.test(
          path,
        ) &&
        path !== 'integrations/python/hindsight_recorder.py',
    )
    assert.deepEqual(strange, [])
    const sources = paths.filter((path) => /(?:\.test|\.long|suite|fixtures|(?<!\.d))\.ts$|\/test-\w+\.js$/.test(path))
    assert.deepEqual(
      sources.filter((path) => !path.startsWith('lib/engine/learning/test-')),
      [],
    )
    for (const needed of ['lib/store/writer-thread.js', 'lib/engine/jobs/worker.js', 'lib/engine/crew-thread.js'])
      assert.ok(paths.includes(needed), needed)
    assert.ok(app.packedBytes < mostPackedBytes, `${app.packedBytes} bytes`)
  })

  test('every import leads to a file of the package, or to a package that it names', () => {
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(lib, '../package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>
    const known = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies)])
    const modules = globSync('**/*.js', { cwd: lib })
    assert.ok(modules.length > 300, `${modules.length} modules`)
    reachedFrom(lib, modules)
    for (const name of modules) {
      const { modules: imported, files } = importsOf(readFileSync(join(lib, name), 'utf8'))
      for (const file of files) assert.ok(existsSync(join(lib, dirname(name), file)), `${name} reads ${file}`)
      for (const specifier of imported) {
        if (/^(?:\.|node:)/.test(specifier) || !/^[@a-z]/.test(specifier) || specifier.includes(' ')) continue
        const owner = specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/')
        assert.ok(known.has(owner), `${name} imports ${specifier}`)
      }
    }
  })

  test('the client imports nothing but its own files, and on Node what Node brings', () => {
    const outside = (entry: string) => {
      const found = [...reachedFrom(lib, [entry])].flatMap(
        (name) => importsOf(readFileSync(join(lib, name), 'utf8')).modules,
      )
      return found.filter((name) => !name.startsWith('.'))
    }
    assert.deepEqual(outside('client/browser.js'), [])
    assert.deepEqual(outside('client/browser.d.ts'), [])
    assert.deepEqual(outside('client/node.d.ts'), [])
    for (const name of outside('client/node.js'))
      assert.ok(name.startsWith('node:') && builtinModules.includes(name.slice('node:'.length)), name)
  })

  test('the command line works, and says what it finds', async () => {
    const { stdout } = await hindsight('doctor', '--data', 'other', '--json')
    const { findings } = JSON.parse(stdout) as { findings: { check: string; state: string }[] }
    assert.ok(findings.some(({ check }) => check === 'runtime'))
    assert.ok(findings.every(({ state }) => state !== 'bad'))
  })

  test('the engine shows the studio, and loads the sample project', async () => {
    const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1]
    assert.ok(script, page)
    assert.equal((await fetch(url + script)).status, 200)
    const { sessions } = await client().call('GET /api/v1/stats', { query: { project: 'sample' } })
    assert.ok(sessions > 20, `${sessions} sessions`)
  })

  test('a clip is tracked', { skip: ffmpeg.skip }, async () => {
    const clip = join(lib, '../sample/clips/walk.mp4')
    const { stdout } = await hindsight('track', clip, '--frames', '0-23', '--out', 'walk')
    assert.match(stdout, /solved/)
    assert.ok(existsSync(join(app.folder, 'walk/colmap')))
  })

  test('a program on Node records', async () => {
    await writeFile(join(app.folder, 'record.js'), recordOnNode)
    const { stdout } = await execute('node', ['record.js', url], { cwd: app.folder, env: app.env })
    const [result, timers] = stdout.trim().split('\n')
    assert.deepEqual(JSON.parse(result ?? ''), { arrived: true, waiting: 0, lost: [], problem: null })
    assert.equal(timers, '0', 'no timer that keeps the program running')
    const { items } = await client().call('GET /api/v1/sessions', { query: { host: 'node-app' } })
    assert.equal(items.length, 1)
  })

  test('a page put through its own build records', { skip: browser.skip }, async () => {
    const source = join(app.folder, 'page')
    await mkdir(source)
    await writeFile(join(source, 'main.js'), recordInPage)
    await writeFile(join(source, 'index.html'), '<title>App</title><script type="module" src="./main.js"></script>')
    const options = {
      configFile: false,
      root: source,
      base: '/app/',
      logLevel: 'error',
      build: { write: false },
    } as const
    const { output } = (await build(options)) as Rollup.RollupOutput
    const files = new Map(
      output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : String(file.source)]),
    )
    const started = await chromium.launch({ executablePath: browser.path, args: ['--no-sandbox'] })
    try {
      const page = await started.newPage()
      await page.route('**/app/**', (route) => {
        const name = new URL(route.request().url()).pathname.replace('/app/', '') || 'index.html'
        const contentType = name.endsWith('.html') ? 'text/html' : 'text/javascript'
        return route.fulfill({ contentType, body: files.get(name) ?? '' })
      })
      await page.goto(`${url}/app/`)
      const told = page.locator('output')
      await told.waitFor({ timeout: 10_000 })
      assert.equal(await told.textContent(), '{"arrived":true,"waiting":0,"lost":[],"problem":null}')
    } finally {
      await started.close()
    }
    const { items } = await client().call('GET /api/v1/sessions', { query: { host: 'page-app' } })
    assert.equal(items.length, 1)
  })

  /** Compiles a program of the user's, strictly, libraries included. @returns what the compiler says */
  async function compile(name: string, source: string, options: object): Promise<string> {
    const folder = join(app.folder, name)
    await mkdir(folder)
    await writeFile(join(folder, 'main.ts'), source)
    const strict = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
    }
    const compilerOptions = { target: 'es2022', noEmit: true, types: [], ...strict, ...options }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    return execute(process.execPath, [tsc, '--project', folder]).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    )
  }

  test('a strict program typechecks without Zod: on Node, and for a page', async () => {
    const node = {
      module: 'nodenext',
      lib: ['es2023'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    }
    const page = { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom', 'dom.iterable'] }
    assert.equal(await compile('typed-node', typedProgram('diskSpool', 'hindsight-engine/client'), node), '')
    assert.equal(
      await compile('typed-page', typedProgram('indexedDbSpool', 'hindsight-engine/client/browser'), page),
      '',
    )
    const inPage = { ...page, customConditions: ['browser'] }
    assert.equal(
      await compile('typed-condition', typedProgram('indexedDbSpool', 'hindsight-engine/client'), inPage),
      '',
    )
  })

  test('the plain types of the routes say what the schemas say', async () => {
    const said = await compile('agreeing', agreement(lib), {
      module: 'nodenext',
      lib: ['es2024', 'esnext.array', 'esnext.iterator', 'esnext.collection'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      allowImportingTsExtensions: true,
      // The sources are checked by `npm run check`, with settings of their own.
      skipLibCheck: true,
      noUncheckedIndexedAccess: true,
    })
    const ofTheirs = said.split('\n').filter((line) => line.includes('main.ts') || line.startsWith('error'))
    assert.deepEqual(ofTheirs, [])
  })
})

const recordOnNode = `
import { createRecorder, diskSpool } from 'hindsight-engine/client'

const recorder = createRecorder({ base: process.argv[2], host: { name: 'node-app' }, spool: diskSpool('spool') })
recorder.record(
  { domain: 'images', context: { instruction: 'paint it' }, settings: { values: { seed: 2n ** 60n } }, outcome: { status: 'failed' } },
  [{ role: 'input', data: new Uint8Array([1, 2, 3]), mediaType: 'image/png' }],
)
console.log(JSON.stringify(await recorder.flush()))
await recorder.close()
console.log(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length)
`

const recordInPage = `
import { createRecorder, indexedDbSpool } from 'hindsight-engine/client'

const recorder = createRecorder({ base: location.origin, host: { name: 'page-app' }, spool: indexedDbSpool('app') })
recorder.record({ domain: 'images', context: { instruction: 'paint it' }, settings: { values: {} }, outcome: { status: 'failed' } })
const said = document.createElement('output')
said.textContent = JSON.stringify(await recorder.flush())
document.body.append(said)
`

const typedProgram = (spool: string, module: string) => `
import { createClient, createRecorder, ${spool}, HindsightError, type Problem, type RecordedRun } from '${module}'

const client = createClient({ base: 'http://127.0.0.1:4747' })
const { items, next } = await client.call('GET /api/v1/sessions', { query: { domain: 'images', limit: 5 } })
const ids: readonly string[] = items.map(({ id }) => id)
const cursor: string | null = next
// @ts-expect-error no such domain
void client.call('GET /api/v1/sessions', { query: { domain: 'nope' } })
// @ts-expect-error the id is missing
void client.call('GET /api/v1/sessions/{id}')
// @ts-expect-error there is no such route
void client.call('GET /api/v1/nothing')
// @ts-expect-error a number is no status
const status: number = items[0]!.status
const bytes: Response = await client.open('GET /api/v1/blobs/{sha256}', { params: { sha256: 'ab' } })
for await (const job of client.watchJob('id')) job.state satisfies 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

interface Result { status: 'succeeded'; score: number }
const result: Result = { status: 'succeeded', score: 1 }
export const typed: RecordedRun = { domain: 'gui', context: {}, settings: { values: {} }, outcome: result }
const run: RecordedRun = { domain: 'gui', context: {}, settings: { values: {} }, outcome: { status: null, durationMs: 5, score: 3 } }
// @ts-expect-error no such status
export const wrong: RecordedRun = { domain: 'gui', context: {}, settings: { values: {} }, outcome: { status: 'splendid' } }
const told = (problem: Problem, id: string | null): void => void [problem.fix, id]
const recorder = createRecorder({ base: 'x', host: { name: 'app' }, spool: ${spool}('spool'), onProblem: told })
const id: string = recorder.record(run, [{ role: 'input', data: new Uint8Array(3) }])
const { arrived } = await recorder.flush({ timeoutMs: 5 })
export const all = [ids, cursor, status, bytes, id, arrived, HindsightError]
`

/**
 * For each route: what the plain types let a caller send, the schemas take; what the schemas answer with, the plain types
 * describe, and say no less of. A request may be narrower in plain: text that is turned into a number is `unknown` to Zod.
 */
const agreement = (lib: string) => `
import type { Reply as PlainReply, Request as PlainRequest, RouteKey as PlainKey } from '${lib}/http/contract.d.ts'
import type { Reply, Request, RouteKey } from '${root}src/http/contract.ts'

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Disagreeing = {
  [K in RouteKey]: K extends PlainKey
    ? [PlainRequest<K>] extends [Request<K>] ? (Same<PlainReply<K>, Reply<K>> extends true ? never : \`reply of \${K}\`) : \`request of \${K}\`
    : \`\${K} is missing\`
}[RouteKey]
const nothing: [Disagreeing] extends [never] ? true : Disagreeing = true
const keys: Same<RouteKey, PlainKey> = true
export const all = [nothing, keys]
`
