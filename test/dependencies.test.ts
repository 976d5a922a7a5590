import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

interface LockFile {
  readonly packages: Readonly<
    Record<string, { license?: string; optionalDependencies?: Readonly<Record<string, string>> }>
  >
}

const manifest = JSON.parse(read('package.json')) as Manifest
const lock = JSON.parse(read('package-lock.json')) as LockFile
const direct = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies }

test('the page of dependencies has each package with its version and licence, and no other', () => {
  const rows = read('docs/dependencies.md').matchAll(/^\| (\S+) \| (\d\S*) \| ([^|]+) \|/gm)
  const onPage = Object.fromEntries(
    Array.from(rows, ([, name = '', version, licence]) => [name, `${version} ${licence}`]),
  )
  const stated = Object.entries(direct).map(([name, version]) => {
    const licence = lock.packages[`node_modules/${name}`]?.license ?? 'none stated (Node.js itself is MIT)'
    return [name, `${version} ${licence}`]
  })
  assert.deepEqual(onPage, Object.fromEntries(stated))
})

test('every version is exact', () => {
  assert.deepEqual(
    Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    [],
  )
})

test('the lock file names no host and holds the binaries of every platform', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved": "http/)
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
    ),
  )
  assert.deepEqual(missing, [])
})
