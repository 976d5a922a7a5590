// Plants an import in each folder, forbidden ones and permitted ones, and asks the linter about all of them at once.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { law } from '../tools/import-law.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const forbidden: readonly (readonly [file: string, statement: string])[] = [
  ['src/core/json.ts', `import '#vision/pixels.ts'`],
  ['src/core/clock.ts', `import 'node:fs'`],
  ['src/core/plain.ts', `import { z } from 'zod'`],
  ['src/core/session-schema.ts', `import '#domains/domains.ts'`],
  ['src/vision/flow.ts', `import '#store/catalog.ts'`],
  ['src/vision/read.ts', `import 'node:fs'`],
  ['src/vision/resize.ts', `import 'sharp'`],
  ['src/track/solve/bundle.ts', `import '#domains/camera/session.ts'`],
  ['src/track/solve/stage/deep.ts', `import '#media/video.ts'`],
  ['src/track/pool.ts', `import 'node:worker_threads'`],
  ['src/media/still.ts', `import '#engine/open.ts'`],
  ['src/media/archive.ts', `import 'yauzl'`],
  ['src/io/zip.ts', `import '#domains/gui/session.ts'`],
  ['src/io/sql.ts', `import 'kysely'`],
  ['src/domains/domains.ts', `import '#store/catalog.ts'`],
  ['src/domains/camera/session.ts', `import '#domains/gui/session.ts'`],
  ['src/domains/camera/probe.ts', `import '../gui/session.ts'`],
  ['src/domains/camera/layouts/autosolve.ts', `import 'node:fs'`],
  ['src/domains/images/samples.ts', `import '#store/catalog.ts'`],
  ['src/domains/images/intake.ts', `import 'kysely'`],
  ['src/domains/gui/runner.ts', `import '#curate/split.ts'`],
  ['src/domains/gui/page.ts', `import 'playwright-core'`],
  ['src/domains/gui/targets/display.ts', `import '../../images/session.ts'`],
  ['src/curate/split.ts', `import '#learn/trees.ts'`],
  ['src/curate/load.ts', `import 'node:fs'`],
  ['src/learn/trees.ts', `import '#curate/split.ts'`],
  ['src/learn/pixels.ts', `import '#vision/pixels.ts'`],
  ['src/formats/coco.ts', `import '#io/zip.ts'`],
  ['src/formats/yolo.ts', `import 'node:path'`],
  ['src/store/catalog.ts', `import '#domains/domains.ts'`],
  ['src/store/blobs.ts', `import '../core/json.ts'`],
  ['src/engine/open.ts', `import '#http/server.ts'`],
  ['src/engine/jobs/runner.ts', `import 'sharp'`],
  ['src/engine/query.ts', `import 'kysely'`],
  ['src/engine/schema.ts', `import { z } from 'zod'`],
  ['src/http/sessions.ts', `import '#store/catalog.ts'`],
  ['src/http/resources/blobs.ts', `import '#domains/gui/boxes.ts'`],
  ['src/http/cli.ts', `import '#cli/main.ts'`],
  ['src/cli/stats.ts', `import '#http/server.ts'`],
  ['src/cli/commands/import.ts', `import '#io/zip.ts'`],
  ['src/cli/serve.ts', `import 'fastify'`],
  ['src/client/index.ts', `import { routes } from '#http/contract.ts'`],
  ['src/client/parse.ts', `import { z } from 'zod'`],
  ['src/client/schema.ts', `import { session } from '#core/session-schema.ts'`],
  ['src/client/browser.ts', `import 'node:fs'`],
  ['studio/src/app.tsx', `import '#engine/open.ts'`],
  ['studio/src/sessions/list.tsx', `import { routes } from '#http/contract.ts'`],
  ['studio/src/sessions/deep/list.tsx', `import 'fastify'`],
  ['studio/main.tsx', `import '../src/engine/open.ts'`],
]

const permitted: readonly (readonly [file: string, statement: string])[] = [
  ['src/core/domain.ts', `import type { z } from 'zod'`],
  ['src/core/edit-schema.ts', `import 'zod'`],
  ['src/vision/pyramid.ts', `import '#core/rng.ts'`],
  ['src/track/solve/stage/scale.ts', `import '../../geometry/cameras.ts'`],
  ['src/media/decode.ts', `import 'node:fs/promises'\nimport 'sharp'`],
  ['src/io/tar.ts', `import 'tar-stream'`],
  ['src/domains/camera/samples.ts', `import '#track/geometry/cameras.ts'`],
  ['src/domains/gui/targets/page.ts', `import 'playwright-core'\nimport '../session.ts'`],
  ['src/curate/find.ts', `import '#vision/pixels.ts'`],
  ['src/learn/log.ts', `import '#core/rng.ts'`],
  ['src/formats/parquet.ts', `import 'hyparquet-writer'`],
  ['src/store/rows.ts', `import 'kysely'\nimport 'node:sqlite'`],
  ['src/engine/prepare.ts', `import '#domains/gui/boxes.ts'\nimport type { z } from 'zod'`],
  ['src/http/edits.ts', `import '@fastify/static'\nimport '#domains/gui/session.ts'`],
  ['src/cli/start.ts', `import '#http/server.ts'`],
  ['src/client/types.ts', `import type { Route } from '#http/contract.ts'`],
  ['src/client/node.ts', `import 'node:fs'`],
  [
    'studio/src/page.tsx',
    `import type { Route } from '#http/contract.ts'\nimport 'react-dom/client'\nimport './app.tsx'`,
  ],
  ['src/store/catalog.test.ts', `import '#engine/open.ts'`],
  ['src/formats/suite.ts', `import '#io/zip.ts'`],
]

const impure: readonly (readonly [file: string, statement: string])[] = [
  ['src/core/when.ts', 'export const when = () => Date.now()'],
  ['src/vision/say.ts', `console.log('seen')`],
  ['src/track/chance.ts', 'export const chance = () => Math.random()'],
  ['src/curate/get.ts', `export const get = () => fetch('http://127.0.0.1')`],
  ['src/learn/env.ts', 'export const env = process.env'],
  ['src/formats/bytes.ts', 'export const bytes = Buffer.alloc(1)'],
]

let refused: ReadonlyMap<string, string>
let folder = ''

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'hindsight-law-'))
  for (const [file, statement] of [...forbidden, ...permitted, ...impure]) {
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    writeFileSync(join(folder, file), `${statement}\n`)
  }
  mkdirSync(join(folder, 'tools'))
  for (const file of ['oxlint.config.ts', 'tools/import-law.ts', 'package.json']) {
    copyFileSync(join(root, file), join(folder, file))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  refused = lint(folder)
})

after(() => rmSync(folder, { recursive: true, force: true }))

test('a forbidden import in any folder is refused, with the reason', () => {
  const missed = forbidden.filter(([file]) => !refused.has(file))
  assert.deepEqual(missed, [])
  assert.match(refused.get('src/store/catalog.ts') ?? '', /one place can lose data/)
  assert.match(refused.get('src/store/blobs.ts') ?? '', /import by #folder/)
})

test('what the law permits is not refused', () => {
  const wrong = permitted.filter(([file]) => refused.has(file)).map(([file]) => [file, refused.get(file)])
  assert.deepEqual(wrong, [])
})

test('a clock, a dice, a console or a network is refused in a pure folder', () => {
  assert.deepEqual(
    impure.filter(([file]) => !refused.has(file)),
    [],
  )
})

test('each row of the law has a planted import, and each source folder a row', () => {
  const planted = (row: string) => forbidden.some(([file]) => file.startsWith(`${row}/`))
  assert.deepEqual(
    law.map((row) => row.folder).filter((row) => !planted(row)),
    [],
  )
  const folders = globSync('src/*/', { cwd: root }).map((path) => path.replaceAll('\\', '/').replace(/\/$/, ''))
  assert.deepEqual(
    folders.filter((path) => !law.some((row) => row.folder === path)),
    [],
  )
})

test('no file hides behind a name that says nothing', () => {
  const paths = globSync('{src,studio,tools,test,bench}/**', { cwd: root })
  const vague = /^(utils?|helpers?|common|misc|shared)(\.|$)/
  assert.deepEqual(
    paths.filter((path) => !path.includes('node_modules') && vague.test(basename(path))),
    [],
  )
})

/** The message per refused file. */
function lint(cwd: string): ReadonlyMap<string, string> {
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '--format', 'json', 'src', 'studio'], {
    cwd,
    encoding: 'utf8',
  })
  assert.ok(stdout.startsWith('{'), `the linter did not run: ${stdout}${stderr}`)
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string; message: string; help?: string }[]
  }
  const ofLaw = diagnostics.filter(({ code }) => /no-restricted-(imports|globals|properties)/.test(code))
  return new Map(
    ofLaw.map(({ filename, message, help }) => [filename.replaceAll('\\', '/'), `${message} ${help ?? ''}`]),
  )
}
