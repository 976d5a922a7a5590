/** Tries every route of the OpenAPI file with Schemathesis, on a server that has a bit of everything. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeContext } from '#engine/engine.ts'
import { importPath } from '#engine/import.ts'
import { makeWorld, type World } from '../authorisation-world.ts'

export interface Effort {
  /** Requests per operation that are made up, beside what a phase makes by rule. */
  readonly examples: number
  readonly phases: 'fuzzing' | 'coverage,fuzzing'
  readonly seed: number
}

export interface Tried {
  readonly status: number | null
  /** What it printed; bodies of megabytes are cut. */
  readonly report: string
  /** Requests that were made. */
  readonly requests: number
  /** Operations that were tried. */
  readonly operations: number
}

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'ignored_auth',
]

/** @param python the interpreter of the environment that has schemathesis */
export async function tryApi(python: string, { examples, phases, seed }: Effort): Promise<Tried> {
  const world = await makeWorld()
  const folder = await mkdtemp(join(tmpdir(), 'hindsight-schemathesis-'))
  try {
    for (const domain of ['camera', 'gui']) await importSample(world, domain)
    const owner = `Authorization: Bearer ${world.secretOf('owner', 'all')}`
    const document = await fetch(`${world.server.url}/api/v1/openapi.json`)
    const file = join(folder, 'openapi.json')
    await writeFile(file, await document.text())
    const args = ['run', file, '--url', world.server.url, '--header', owner, '--checks', checks.join(',')]
    args.push('--phases', phases, '--max-examples', String(examples), '--seed', String(seed))
    args.push('--no-shrink', '--continue-on-failure', '--request-timeout', '30', '--suppress-health-check', 'all')
    // Streams that only end with what they tell of.
    args.push('--exclude-path-regex', '/(events|live)$', '--warnings', 'off', '--no-color')
    const env = { ...process.env, KNOWN: JSON.stringify(knownOf(world)), SCHEMATHESIS_HOOKS: 'hooks' }
    const here = dirname(fileURLToPath(import.meta.url))
    const { status, printed } = await runProgram(join(dirname(python), 'st'), args, {
      cwd: folder,
      env: { ...env, PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: '1' },
    })
    return {
      status,
      report: printed.replaceAll(/(.{400}).+/g, '$1…'),
      requests: Number(/(\d+) generated/.exec(printed)?.[1] ?? 0),
      operations: Number(/Tested:\s+(\d+)/.exec(printed)?.[1] ?? 0),
    }
  } finally {
    await world.close()
    await rm(folder, { recursive: true })
  }
}

/** What there is, by the beginning of the paths that it is asked for with. */
function knownOf({ things: { alpha } }: World): Record<string, Record<string, string>> {
  return {
    '/api/v1/sessions/': { id: alpha.session },
    '/api/v1/blobs/': { sha256: alpha.sha256 },
    '/api/v1/jobs/': { id: alpha.job },
    '/api/v1/imports/': { id: alpha.import },
    '/api/v1/datasets/': { name: alpha.dataset, version: '1.0.0' },
    '/api/v1/people/': { name: 'Ann' },
    '/api/v1/learn/models/': { name: 'camera/embedded' },
  }
}

async function importSample({ engine }: World, domain: string): Promise<void> {
  const path = fileURLToPath(new URL(`../../sample/${domain}`, import.meta.url))
  const request = {
    project: 'sample',
    path,
    name: domain,
    mode: 'merge',
    layout: 'hindsight',
    principal: 'owner',
  } as const
  await importPath(engine, request, makeContext())
}

interface Ran {
  readonly status: number | null
  readonly printed: string
}

function runProgram(program: string, args: readonly string[], options: { cwd: string; env: object }): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...options,
      env: options.env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, printed }))
  })
}
