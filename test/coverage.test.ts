/** docs/coverage.md: every row is there, its state is one of three, and what it names can be found. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'node:test'
import { loadCommands } from '#cli/commands/commands.ts'
import { routes } from '#http/contract.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(`${root}docs/coverage.md`, 'utf8')
const states = ['yes', 'part', 'not built'] as const
/** How many promises each document's list has; X is the architecture page. */
const lists = { '': 157, N: 45, R: 45, X: 8 } as const

interface Row {
  /** Letters of the documents, then the number: "A,B 3", "N12". */
  readonly number: string
  readonly promise: string
  readonly state: string
  readonly where: string
  readonly heldBy: string
}

const cellsOf = (line: string) =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())

const rows: readonly Row[] = page
  .split('\n')
  .filter((line) => /^\| (?:[ABC](?:,[ABC])* |[NRX])\d+ \|/.test(line))
  .map((line) => {
    const cells = cellsOf(line)
    assert.equal(cells.length, 6, line)
    const [number = '', promise = '', state = '', where = '', heldBy = ''] = cells
    return { number, promise, state, where, heldBy }
  })

const documentsOf = ({ number }: Row) => number.replace(/ ?\d+$/, '').split(',')
const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, inside = '']) => inside)
const isPath = (text: string) => /^[\w.-]+(?:\/[\w.-]+)+\.\w+$/.test(text)

describe('the page of promises', () => {
  test('has every row of every list once, in order', () => {
    for (const [letter, count] of Object.entries(lists)) {
      const numbers = rows
        .filter(({ number }) => (letter === '' ? /^[ABC]/ : new RegExp(`^${letter}`)).test(number))
        .map(({ number }) => Number(/\d+$/.exec(number)?.[0]))
      assert.deepEqual(
        numbers,
        Array.from({ length: count }, (_, i) => i + 1),
        `rows ${letter}`,
      )
    }
  })

  test('names a place and a test for all that is said to be there, and neither for what is not', () => {
    for (const row of rows) {
      const { number, promise, state, where, heldBy } = row
      assert.ok(
        states.some((known) => known === state),
        `${number}: ${state}`,
      )
      assert.notEqual(promise, '', number)
      if (state === 'not built') assert.deepEqual([where, heldBy], ['', ''], number)
      else {
        assert.ok(quoted(where).length > 0, `${number} names no place`)
        const tests = quoted(heldBy).filter((name) => name.endsWith('.test.ts'))
        assert.ok(tests.length > 0 || /^none: \S/.test(heldBy), `${number} names no test, nor why there is none`)
      }
    }
  })

  test('names only files, commands and routes that exist', async () => {
    const names = (await loadCommands()).map(({ name }) => name)
    const unknown = quoted(page).filter((name) => {
      if (isPath(name)) return !existsSync(root + name)
      if (/^(?:GET|POST|PUT|DELETE) \//.test(name)) return !Object.hasOwn(routes, name)
      if (!name.startsWith('hindsight ') || name.includes('…')) return false
      return !names.some((command) => `${name} `.startsWith(`hindsight ${command} `))
    })
    assert.deepEqual(unknown, [])
  })

  test('names tests that are tests', () => {
    for (const name of new Set(rows.flatMap(({ heldBy }) => quoted(heldBy)))) {
      assert.match(readFileSync(root + name, 'utf8'), /^\s*(?:test|\w+Suite)\(/m, name)
    }
  })

  test('counts as the tables do', () => {
    const figures = new Map(
      page
        .split('\n')
        .filter((line) => /^\| [^|]+(?:\| \d+ ){4}\|$/.test(line))
        .map(cellsOf)
        .map(([name = '', ...counts]) => [name === 'all rows' ? 'all' : name.slice(0, 1), counts.map(Number)] as const),
    )
    const countOf = (some: readonly Row[]) => [
      some.length,
      ...states.map((state) => some.filter((row) => row.state === state).length),
    ]
    for (const letter of ['A', 'B', 'C', 'N', 'R', 'X']) {
      assert.deepEqual(figures.get(letter), countOf(rows.filter((row) => documentsOf(row).includes(letter))), letter)
    }
    assert.deepEqual(figures.get('all'), countOf(rows))
  })
})
