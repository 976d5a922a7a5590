/**
 * Writes lib/, the JavaScript of the published package, from src/: Node strips no types from what lies in node_modules.
 *
 * tsc emits each file by itself, so that lib/ mirrors src/ and paths that are relative to a file still lead where they did.
 * Only what the entries reach is kept: no tests, suites or fixtures. Types are written for the client alone, since nothing
 * else may be imported; those of the route table are written out plain, since a caller has no Zod.
 *
 *     node tools/write-package.ts [FOLDER]      lib/ unless another folder is named
 */
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contractTypes } from './contract-types.ts'
import { filesBeside, reachedFrom, rewriteSpecifiers } from './emitted-imports.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What is run or imported by name from outside; all else is reached from these. */
const programs = ['cli/main.js', 'client/index.js', 'client/node.js', 'client/browser.js']
const typed = ['client/index.d.ts', 'client/node.d.ts', 'client/browser.d.ts']
const contract = 'http/contract.d.ts'

/** They reach out of src, and are not shipped. */
const tests = [
  '**/*.test.ts',
  '**/*.long.ts',
  '**/*suite*.ts',
  '**/*fixtures.ts',
  '**/test-*.ts',
  'vision/wasm/assembly',
]

const common = {
  noEmit: false,
  // `npm run check` has checked them; the types that are shipped are checked as their user would, by test/package.test.ts.
  noCheck: true,
  rewriteRelativeImportExtensions: true,
  rootDir: join(root, 'src'),
}

function main(target = join(root, 'lib')): void {
  const work = mkdtempSync(join(root, 'node_modules/.package-'))
  try {
    const [emitted, declared, fresh] = [join(work, 'js'), join(work, 'types'), join(work, 'lib')]
    emit(
      work,
      { ...common, outDir: emitted },
      { include: [join(root, 'src')], exclude: tests.map((glob) => join(root, 'src', glob)) },
    )
    const files = typed.map((name) => join(root, 'src', name.replace('.d.ts', '.ts')))
    emit(work, { ...common, outDir: declared, declaration: true, emitDeclarationOnly: true }, { files, include: [] })
    mkdirSync(join(declared, dirname(contract)), { recursive: true })
    writeFileSync(join(declared, contract), contractTypes())
    for (const folder of [emitted, declared]) rewriteAll(folder)
    copy(emitted, fresh, reachedFrom(emitted, programs))
    copy(declared, fresh, reachedFrom(declared, typed))
    copy(join(root, 'src'), fresh, filesBeside(fresh))
    rmSync(target, { recursive: true, force: true })
    mkdirSync(dirname(target), { recursive: true })
    renameSync(fresh, target)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function emit(work: string, compilerOptions: object, what: object): void {
  const project = join(work, 'tsconfig.json')
  writeFileSync(
    project,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, exclude: [], ...what }),
  )
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '--project', project, '--listEmittedFiles']
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 26 })
  // What lies outside of src it would write beside the source.
  const emitted = Array.from(stdout.matchAll(/^TSFILE: (.+)$/gm), ([, path = '']) => path)
  const strays = emitted.filter((path) => !resolve(path).startsWith(work))
  for (const path of strays) rmSync(path, { force: true })
  if (strays.length > 0)
    throw new Error(`package.emit: expected src to import nothing outside, found ${strays.join(', ')}.`)
  if (status !== 0) throw new Error(`package.emit: expected tsc to emit, found exit status ${status}: ${stdout}`)
}

function rewriteAll(folder: string): void {
  for (const name of globSync('**/*.{js,d.ts}', { cwd: folder })) {
    const path = join(folder, name)
    const up = relative(dirname(path), folder).replaceAll('\\', '/') || '.'
    writeFileSync(path, rewriteSpecifiers(readFileSync(path, 'utf8'), up))
  }
}

function copy(from: string, to: string, names: Iterable<string>): void {
  for (const name of names) cpSync(join(from, name), join(to, name))
}

main(process.argv[2])
