/**
 * Makes the gui part of the sample project by really running two workflows in a real Chromium: see README.md beside it.
 *
 *   node_modules/.bin/node sample/gui/make.ts [--chromium PATH]
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import { uuidv7 } from '#core/ids.ts'
import { canonicalJson } from '#core/json.ts'
import { seededRng } from '#core/rng.ts'
import { guiSessionSchema } from '#domains/gui/schema.ts'
import type { GuiAction, GuiSession } from '#domains/gui/session.ts'
import { act, similarity } from './act.ts'
import { personsWords } from './persons-words.ts'
import { here, media, now, open, type Shot, size } from './screenshots.ts'
import { cutTemplates, type Template } from './templates.ts'
import { type Workflow, workflows } from './workflows.ts'

const rng = seededRng('sample/gui')
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
args.push('--disable-component-update', '--disable-sync', '--hide-scrollbars', '--font-render-hinting=none')

async function run(
  browser: Browser,
  workflow: Workflow,
  templates: ReadonlyMap<string, Template>,
): Promise<GuiSession> {
  const page = await open(browser, workflow.role)
  const recordedAt = now()
  const began = performance.now()
  const actions: GuiAction[] = []
  const shots: Shot[] = []
  for (const step of workflow.steps) {
    const action = await act(page, step, workflow, templates, shots)
    actions.push(action)
    if (action.success === false) break
  }
  await page.close()
  return sessionOf(workflow, {
    actions,
    shots,
    templates,
    recordedAt,
    durationMs: Math.round(performance.now() - began),
  })
}

interface RunRecord {
  readonly actions: readonly GuiAction[]
  readonly shots: readonly Shot[]
  readonly templates: ReadonlyMap<string, Template>
  readonly recordedAt: string
  readonly durationMs: number
}

function sessionOf(workflow: Workflow, record: RunRecord): GuiSession {
  const { actions, shots, templates, recordedAt, durationMs } = record
  const failed = actions.filter(({ success }) => success === false)
  const names = new Set(workflow.steps.flatMap((step) => ('template' in step ? [step.template] : [])))
  const used = [...templates.values()].filter(({ name }) => names.has(name))
  const screens = new Map(shots.map(({ screen }) => [screen.sha256, screen]))
  const refs = new Map([...shots, ...used].map(({ ref }) => [ref.sha256, ref]))
  const reached = new Set([...screens.values()].flatMap(({ activeStates }) => activeStates ?? []))
  return {
    id: uuidv7(Date.parse(recordedAt), rng),
    project: 'sample',
    domain: 'gui',
    schemaVersion: 1,
    recordedAt,
    host: { name: 'sample-workflow', version: null },
    contributor: null,
    consent: null,
    parent: null,
    context: contextOf(workflow),
    settings: {
      values: settingsOf(workflow),
      reason: 'as the workflow says',
      propensity: null,
      policy: null,
    },
    outcome: {
      status: failed.length === 0 ? 'succeeded' : 'failed',
      error: failed[0]?.error ? { code: 'not-found', message: failed[0].error.message } : null,
      durationMs,
      actionsTotal: actions.length,
      actionsFailed: failed.length,
      retriesTotal: actions.reduce((sum, { retries }) => sum + (retries ?? 0), 0),
      statesReached: [...reached].sort(),
    },
    telemetry: {
      actions,
      screens: [...screens.values()],
      states: [...reached].sort().map((name) => ({ name, isInitial: name === 'Login' })),
      templates: used.map(({ name, ref }) => ({
        id: ref.sha256.slice(0, 12),
        name,
        sha256: ref.sha256,
        width: ref.width,
        height: ref.height,
        similarity,
      })),
    },
    media: [...refs.values()],
  }
}

function contextOf(workflow: Workflow): GuiSession['context'] {
  return {
    kind: 'run',
    configName: `${workflow.id}.json`,
    configSha256: createHash('sha256').update(canonicalJson(workflow)).digest('hex'),
    app: 'Harbour Ledger',
    os: process.platform,
    runId: `${workflow.id}-1`,
    workflows: [workflow.name],
    display: { monitors: [{ x: 0, y: 0, ...size, scale: 1 }], coordinateSpace: 'image', screenScale: 1 },
  }
}

function settingsOf(workflow: Workflow): GuiSession['settings']['values'] {
  return {
    similarityThreshold: similarity,
    searchStrategy: 'BEST',
    searchAlgorithm: 'template_matching',
    multiScale: false,
    colorSpace: 'grayscale',
    executionMode: 'real',
    failureStrategy: 'stop',
    actionDelayMs: 0,
    defaultRetryCount: workflow.retries,
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { chromium: { type: 'string', default: '/usr/bin/chromium' } } })
  const browser = await chromium.launch({ executablePath: values.chromium, args })
  const sessions: GuiSession[] = []
  try {
    const templates = await cutTemplates(browser)
    for (const workflow of workflows) sessions.push(await run(browser, workflow, templates))
  } finally {
    await browser.close()
  }
  for (const session of sessions) guiSessionSchema.parse(session)
  const used = new Set(sessions.flatMap((session) => session.media.map(({ sha256 }) => sha256)))
  mkdirSync(join(here, 'media'), { recursive: true })
  for (const old of readdirSync(join(here, 'media'))) rmSync(join(here, 'media', old))
  let bytes = 0
  for (const sha256 of used) {
    const content = media.get(sha256) ?? Buffer.alloc(0)
    bytes += content.length
    writeFileSync(join(here, 'media', `${sha256}.png`), content)
  }
  const [first] = sessions
  const lines = (values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
  writeFileSync(join(here, 'sessions.ndjson'), lines(sessions))
  writeFileSync(join(here, 'edits.ndjson'), lines(first ? personsWords(first, rng) : []))
  for (const { context, outcome } of sessions) {
    console.log(
      `${context.workflows?.join()}: ${outcome.status}, ${outcome.actionsTotal} actions, ${outcome.actionsFailed} failed`,
    )
  }
  console.log(`${used.size} pictures, ${Math.round(bytes / 1000)} kB`)
}

await main()
