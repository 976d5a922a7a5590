// Who may import whom. The folders are the architecture, and this table is its law; oxlint.config.ts turns it into lint
// rules and test/law.test.ts proves that each row holds. Tests and suites are exempt: they may look behind any door.
//
// Across folders an import is written `#folder/file.ts`, inside one it is relative. What a row does not name it forbids.

export interface Row {
  /** The folder from the root of the repository; a row for a folder inside another overrules the outer one's. */
  readonly folder: string
  /** Only these files of the folder, as a glob below it; absent means all of them. */
  readonly files?: string
  /** `#`-paths that may be imported: a folder ('core/') or one file, `*` standing for one name. */
  readonly ours: readonly string[]
  /** Paths and packages of which only types may be imported. */
  readonly types?: readonly string[]
  /** npm packages, or 'node:*' for what Node brings. */
  readonly packages: readonly string[]
  readonly because: string
}

const sessionTypes = ['domains/domains.ts', 'domains/*/session.ts', 'domains/*/schema.ts']
/** How the kinds of run describe themselves. */
const guides = ['domains/field-guide.ts', 'domains/schemas.ts']
const stages = ['core/', 'vision/', 'track/', 'media/', 'io/', 'domains/', 'curate/', 'learn/', 'formats/', 'store/']

const pure = 'stages are pure and never call each other'
const rooms = 'three rooms, one corridor: domains know neither each other nor the store'
const doors = 'two doors to the same room: what they do is done in engine'

/** The later row wins where two fit a file. */
export const law: readonly Row[] = [
  {
    folder: 'src/core',
    ours: [],
    types: ['zod'],
    packages: [],
    because: 'the vocabulary must not know its speakers, and plain types stand apart from schemas (*schema.ts)',
  },
  {
    folder: 'src/core',
    files: '*schema.ts',
    ours: [],
    packages: ['zod'],
    because: 'the vocabulary must not know its speakers',
  },
  { folder: 'src/vision', ours: ['core/'], packages: [], because: 'pixels know nothing of runs or disks' },
  {
    folder: 'src/track',
    ours: ['vision/', 'core/'],
    packages: [],
    because: 'it must run in a worker or a page alone; it takes a FrameSource and a pool',
  },
  {
    folder: 'src/media',
    ours: ['vision/', 'core/'],
    packages: ['node:*', 'sharp', 'node-av'],
    because: 'a rim knows bytes and values, nothing of runs',
  },
  {
    folder: 'src/io',
    ours: ['vision/', 'core/'],
    packages: ['node:*', 'yauzl', 'tar-stream'],
    because: 'a rim knows bytes and values, nothing of runs',
  },
  { folder: 'src/domains', ours: ['core/'], packages: ['zod'], because: 'the list of domains is only a list' },
  ...['camera', 'images', 'gui'].flatMap((name): Row[] => {
    const folder = `src/domains/${name}`
    const ours = ['track/', 'vision/', 'media/', 'core/']
    return [
      { folder, ours, packages: ['zod'], because: rooms },
      {
        folder,
        files: '{engines,targets}/**',
        ours,
        packages: ['zod', 'node:*', 'playwright-core'],
        because: rooms,
      },
    ]
  }),
  { folder: 'src/curate', ours: ['vision/', 'core/'], packages: [], because: pure },
  { folder: 'src/learn', ours: ['core/'], packages: [], because: pure },
  {
    folder: 'src/formats',
    ours: ['core/'],
    packages: ['hyparquet', 'hyparquet-writer'],
    because: pure,
  },
  {
    folder: 'src/store',
    ours: ['core/'],
    packages: ['node:*', 'kysely'],
    because: 'one place can lose data, so one place is guarded; it knows nothing but the vocabulary',
  },
  {
    folder: 'src/engine',
    ours: stages,
    types: ['zod'],
    packages: ['node:*'],
    because: 'it is the one place to see the flow: libraries belong in the stage or rim that it calls',
  },
  {
    folder: 'src/http',
    ours: ['engine/', 'core/', ...guides, ...sessionTypes],
    packages: ['node:*', 'zod', 'fastify', '@fastify/*', 'fastify-type-provider-zod'],
    because: doors,
  },
  {
    folder: 'src/cli',
    ours: ['engine/', 'core/', ...sessionTypes],
    packages: ['node:*', 'commander', 'cli-progress'],
    because: `${doors}; only start.ts opens the server`,
  },
  {
    folder: 'src/cli',
    files: '**/start.ts',
    ours: ['engine/', 'core/', 'http/', ...sessionTypes],
    packages: ['node:*', 'commander', 'cli-progress'],
    because: doors,
  },
  {
    folder: 'src/cli',
    files: 'self-test/**',
    ours: ['client/', 'engine/', 'core/', ...sessionTypes],
    packages: ['node:*'],
    because: `${doors}; the self-test knocks at the other door as its callers do`,
  },
  ...[
    { folder: 'src/client', packages: [] },
    { folder: 'src/client', files: 'node*.ts', packages: ['node:*'] },
  ].map(
    (row): Row => ({
      ...row,
      ours: ['core/'],
      types: ['http/contract.ts', 'core/*schema.ts'],
      because: 'it is embedded in other applications: no dependency, no schema, of the server only types',
    }),
  ),
  {
    folder: 'studio',
    // Four pure files besides: a query must read the same in the address as on the server, a click must be drawn where
    // the exporter puts it, a scene must lie as it is exported, and two paths are laid over each other as in the bench.
    ours: [
      'client/',
      'core/',
      'track/geometry/',
      'track/scenes/placement.ts',
      'track/estimate/similarity.ts',
      'curate/query-text.ts',
      'domains/gui/geometry.ts',
    ],
    types: ['http/contract.ts', 'core/*schema.ts', ...sessionTypes],
    packages: ['react', 'react-dom', '@tanstack/*', 'uplot', 'three'],
    because: 'the page must not reach behind the API',
  },
  {
    folder: 'studio',
    files: 'vite.config.ts',
    ours: [],
    packages: ['node:*', 'vite', '@vitejs/plugin-react'],
    because: 'it only says how the page is built',
  },
]
