import { defineConfig, type OxlintOverride } from 'oxlint'
import { law, type Row } from './tools/import-law.ts'

const folderDepth = 4 // how deep folders nest below a row's folder, which the rule for relative imports must know

const tests = ['**/*.test.ts', '**/*suite.ts', '**/*fixtures.ts', '**/test-*.ts', '**/*.long.ts', 'test/**']

// Pure folders take these as arguments (Context, Sink, Source), so that a run can be repeated and moved.
const purePlaces = ['core', 'vision', 'track', 'curate', 'learn', 'formats'].map((name) => `src/${name}/**`)
const impureGlobals = ['process', 'Buffer', 'console', 'fetch', 'performance', 'setTimeout', 'setInterval', 'document']
const impureProperties = [
  ['Math', 'random'],
  ['Date', 'now'],
  ['crypto', 'randomUUID'],
  ['crypto', 'getRandomValues'],
]

/** The rules for one row: one per depth of folders, since how many `../` lead out of the folder depends on it. */
function overridesOf(row: Row): OxlintOverride[] {
  return Array.from({ length: folderDepth + 1 }, (_, depth) => ({
    files: globsAt(row, depth),
    rules: {
      'no-restricted-imports': ['error', { patterns: patternsOf(row, depth) }],
    } satisfies OxlintOverride['rules'],
  })).filter(({ files }) => files.length > 0)
}

function globsAt({ folder, files }: Row, depth: number): string[] {
  const path = `${folder}/${'*/'.repeat(depth)}`
  if (files === undefined) return [`${path}*`]
  if (files.startsWith('**/')) return [path + files.slice(3)]
  const nested = /^\{(.+)\}\/\*\*$/.exec(files)?.[1]
  if (nested !== undefined) {
    return depth === 0 ? [] : nested.split(',').map((name) => `${folder}/${name}/${'*/'.repeat(depth - 1)}*`)
  }
  return depth === 0 ? [path + files] : []
}

function patternsOf({ folder, ours, types = [], packages, because }: Row, depth: number) {
  const values = [...ours.map((path) => `#${path}`), ...packages]
  const onlyTypes = types.map((path) => (path.includes('.') ? `#${path}` : path))
  const own = folder.startsWith('src/') ? [`#${folder.slice('src/'.length)}/**`] : []
  const known = [...values, ...onlyTypes].flatMap(globsOf)
  // The last glob that fits decides, as in a .gitignore file: all is forbidden but what follows with a `!`.
  const allowed = ['./**', '../**', ...own, ...known].map((glob) => `!${glob}`)
  return [
    // As a regular expression, since the linter heeds allowTypeImports with no glob.
    ...onlyTypes.map((name) => ({
      regex: regexOf(name),
      allowTypeImports: true,
      message: `${folder} may import only types from here: ${because}.`,
    })),
    ...own.map((glob) => ({ group: [glob], message: 'Inside a folder import by a relative path.' })),
    {
      regex: `^(\\.\\./){${depth + 1}}`,
      message: 'Across folders import by #folder/file.ts, so that the law can see it.',
    },
    // Last, because the linter looks no further once a glob with `!` has let an import through.
    { group: ['*', ...allowed], message: `${folder} may not import this: ${because}.` },
  ]
}

/** A folder ends with a slash and covers what is in it; a package covers its subpaths too. */
function globsOf(name: string): string[] {
  if (name.endsWith('/')) return [`${name}**`]
  return name.startsWith('#') ? [name] : [name, `${name}/**`]
}

function regexOf(name: string): string {
  const escaped = name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')
  return name.startsWith('#') ? `^${escaped}$` : `^${escaped}(/|$)`
}

export default defineConfig({
  plugins: ['eslint', 'import', 'typescript', 'unicorn', 'oxc', 'promise', 'react'],
  categories: { correctness: 'error' },
  options: { typeAware: true },
  // AssemblyScript looks like TypeScript and is not.
  ignorePatterns: ['dist/**', '.venv/**', 'hindsight-data/**', 'src/vision/wasm/assembly/**'],
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'no-control-regex': 'off', // names and texts from outside are checked for control characters
    'promise/no-callback-in-promise': 'off', // it takes every call of a parameter for a callback
    'react/incompatible-library': 'off', // about a compiler that the page is not built with
    'typescript/no-misused-spread': 'off', // code points are what is wanted where a string is spread
    'typescript/require-array-sort-compare': 'off', // the default order of strings is the one that never changes
    'typescript/unbound-method': 'off', // objects of functions without `this` are taken apart everywhere
    'max-lines': ['error', { max: 500 }],
    'max-lines-per-function': ['error', { max: 60 }],
    'typescript/ban-ts-comment': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
  },
  overrides: [
    ...law.flatMap(overridesOf),
    // A table: as long as there are things to go wrong.
    { files: ['src/core/fault-codes.ts'], rules: { 'max-lines': 'off' } },
    // Markup is long without being hard to follow.
    { files: ['studio/**/*.tsx'], rules: { 'max-lines-per-function': ['error', { max: 90 }] } },
    {
      files: purePlaces,
      rules: {
        'no-restricted-globals': [
          'error',
          ...impureGlobals.map((name) => ({ name, message: 'This folder is pure: take it as an argument.' })),
        ],
        'no-restricted-properties': [
          'error',
          ...impureProperties.map(([object = '', property = '']) => ({
            object,
            property,
            message: 'This folder is pure: take ctx.now or ctx.rng as an argument.',
          })),
        ],
      },
    },
    {
      files: tests,
      rules: {
        'no-restricted-imports': 'off',
        'no-restricted-globals': 'off',
        'no-restricted-properties': 'off',
        'max-lines-per-function': 'off',
        'require-yield': 'off', // a source that fails at once
        // node:test returns a promise from test() and describe() that the runner awaits itself.
        'typescript/no-floating-promises': [
          'error',
          {
            allowForKnownSafeCalls: [
              { from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] },
            ],
          },
        ],
      },
    },
  ],
})
