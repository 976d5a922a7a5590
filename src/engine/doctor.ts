/**
 * Finds out what is wrong. Each check answers one of the troubles that users of the source systems were told to look
 * for by hand, with what was found here and what to do about it.
 */
import { access, constants, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { Context } from '#core/context.ts'
import { brief, Fault } from '#core/faults.ts'
import type { Json } from '#core/json.ts'
import { inspectImage } from '#media/still.ts'
import { chooseDecoder } from '#media/video/choose-decoder.ts'
import { careState } from './care/care-state.ts'
import type { Engine } from './engine.ts'
import { maxPictureBytes, readAll } from './intake.ts'
import { readSession } from './read.ts'

export interface Finding {
  readonly check: string
  readonly state: 'good' | 'warning' | 'bad'
  readonly found: string
  readonly fix: string | null
}

/** How many of the newest sessions are looked into. */
const sessionsLookedAt = 200
const picturesLookedAt = 50

export async function diagnose(engine: Engine, env: NodeJS.ProcessEnv, ctx: Context): Promise<readonly Finding[]> {
  const findings: Finding[] = [
    await node(),
    await directory(engine),
    await disk(engine),
    await video(env),
    ...(await exportVariables(env)),
  ]
  findings.push(
    ...(await care(engine)),
    ...(await byTheClock(engine, ctx)),
    await journals(engine),
    await consentBasis(engine),
  )
  findings.push(...(await recentSessions(engine, ctx)))
  return findings
}

const good = (check: string, found: string): Finding => ({ check, state: 'good', found, fix: null })
const warning = (check: string, found: string, fix: string): Finding => ({ check, state: 'warning', found, fix })
const bad = (check: string, found: string, fix: string): Finding => ({ check, state: 'bad', found, fix })

async function node(): Promise<Finding> {
  return good('runtime', `Node ${process.versions.node}, SQLite ${process.versions['sqlite'] ?? 'not known'}`)
}

async function directory({ dataDir }: Engine): Promise<Finding> {
  const { mode } = await stat(dataDir)
  try {
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return bad(
      'permission',
      `${dataDir} cannot be written by this user`,
      `give the user that runs Hindsight write access: chown or chmod u+rwx ${dataDir}`,
    )
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    return warning('permission', `${dataDir} can be read by other users`, `chmod 700 ${dataDir}`)
  }
  return good('permission', `${dataDir} is writable and private`)
}

async function disk({ store }: Engine): Promise<Finding> {
  const { freeBytes, reserveBytes } = await store.health()
  const found = `${gigabytes(freeBytes)} free; new data are refused below ${gigabytes(reserveBytes)}`
  if (freeBytes < reserveBytes)
    return bad('storage full', found, 'free disk space, run "hindsight gc", or move the data directory')
  if (freeBytes < 4 * reserveBytes)
    return warning('storage full', found, 'free disk space soon; "hindsight gc" deletes what nothing refers to')
  return good('storage full', found)
}

async function video(env: NodeJS.ProcessEnv): Promise<Finding> {
  try {
    const { name } = await chooseDecoder('auto', env)
    return good('video', `decoded by ${name}`)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return warning('video', `no video can be read: expected ${error.expected}, found ${error.found}`, error.fix)
  }
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

/** The two variables of the GUI runner's own guide. */
async function exportVariables(env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const { QONTINUI_EXPORT_TRAINING_DATA: wanted, QONTINUI_EXPORT_DIR: dir } = env
  if (wanted === undefined && dir === undefined) return []
  const findings: Finding[] = []
  if (wanted?.toLowerCase() !== 'true') {
    const found = `QONTINUI_EXPORT_TRAINING_DATA is ${wanted === undefined ? 'not set' : `"${wanted}"`}`
    findings.push(warning('export variables', found, 'set it to "true"; the runner takes no other word'))
  }
  if (dir === undefined)
    findings.push(warning('export variables', 'QONTINUI_EXPORT_DIR is not set', 'name the folder to import from'))
  else {
    const reachable = await access(dir, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    )
    if (!isAbsolute(dir))
      findings.push(
        warning(
          'export variables',
          `QONTINUI_EXPORT_DIR is the relative path ${dir}`,
          'write it absolute: each program resolves it against its own folder',
        ),
      )
    if (!reachable)
      findings.push(
        bad(
          'export variables',
          `${dir} does not exist or cannot be written`,
          'make the folder, or correct the variable',
        ),
      )
  }
  return findings.length === 0 ? [good('export variables', `set; ${dir} is writable`)] : findings
}

async function care({ store }: Engine): Promise<readonly Finding[]> {
  const { lastVerify, lastBackup, sessions } = await store.health()
  if (sessions === 0)
    return [warning('backup', 'nothing is recorded yet', 'import something, or record through the API')]
  return [
    lastVerify === null
      ? warning('integrity', 'never verified', 'run "hindsight verify"')
      : good('integrity', `last verified ${word(lastVerify['at'])}, ${word(lastVerify['faults'])} faults`),
    lastBackup === null
      ? warning('backup', 'never backed up', 'run "hindsight backup FOLDER"')
      : good('backup', `last backup ${word(lastBackup['at'])}`),
  ]
}

/** What should have been done for the data, and was not. */
async function byTheClock(engine: Engine, ctx: Context): Promise<readonly Finding[]> {
  const tasks = await careState(engine, ctx.now())
  return tasks
    .filter(({ condition }) => condition === 'failed' || condition === 'overdue')
    .map(({ task, says }) =>
      warning(`schedule of ${task}`, says, `run "hindsight schedule run ${task}", which says why`),
    )
}

const word = (value: Json | undefined) => (typeof value === 'string' ? value : brief(value ?? null))

async function journals({ store }: Engine): Promise<Finding> {
  const open = await store.journals.list()
  const lost = open.filter((journal) => journal.lost).length
  if (lost > 0)
    return warning(
      'journals',
      `${lost} of ${open.length} open journals have lost their writer`,
      'start the engine once: it closes them as failed sessions',
    )
  return good('journals', `${open.length} open`)
}

async function consentBasis({ store }: Engine): Promise<Finding> {
  const projects = await store.catalog.projects()
  const declared = await Promise.all(projects.map(async (project) => (await store.consent.entries(project)).length > 0))
  const without = projects.filter((_, i) => !declared[i])
  if (without.length === 0) return good('consent', 'every project has a line in its ledger')
  const found = `no consent ledger for ${without.join(', ')}: data of contributors who gave none stay out of exports`
  return warning('consent', found, 'where you have a basis: "hindsight consent declare --project NAME --text …"')
}

/** What the newest sessions showed. */
interface Seen {
  sessions: number
  pictures: number
  guiRuns: number
  screenshots: number
  matches: number
  matchesWithoutBox: number
  readonly badRecords: string[]
  readonly badPictures: string[]
}

/** Looks into the newest sessions: do they still fit, are their pictures whole, do GUI runs have what boxes need. */
async function recentSessions(engine: Engine, ctx: Context): Promise<readonly Finding[]> {
  const seen: Seen = {
    sessions: 0,
    pictures: 0,
    guiRuns: 0,
    screenshots: 0,
    matches: 0,
    matchesWithoutBox: 0,
    badRecords: [],
    badPictures: [],
  }
  for (const { id } of (await engine.store.catalog.page({}, sessionsLookedAt, null)).items) {
    ctx.signal.throwIfAborted()
    try {
      await lookInto(engine, id, seen)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const list = /^(image|blob)\./.test(error.code) ? seen.badPictures : seen.badRecords
      list.push(`${id}: ${error.message}`)
    }
  }
  const { badRecords, badPictures } = seen
  return [
    badRecords[0] === undefined
      ? good('metadata', `${seen.sessions} newest sessions read and fit their schema`)
      : bad('metadata', badRecords[0], 'run "hindsight verify --repair"'),
    badPictures[0] === undefined
      ? good('images', `${seen.pictures} newest pictures decode whole`)
      : bad('images', badPictures[0], 'run "hindsight verify --repair", then restore from a backup'),
    ...(seen.guiRuns > 0 ? guiFindings(seen) : []),
  ]
}

async function lookInto(engine: Engine, id: string, seen: Seen): Promise<void> {
  const stored = await engine.store.catalog.session(id)
  if (!stored) return
  const session = readSession(stored)
  seen.sessions++
  if (session.domain === 'gui') {
    seen.guiRuns++
    seen.screenshots += session.media.filter((media) => media.role === 'screenshot').length
    for (const match of foundMatches(session.telemetry)) {
      seen.matches++
      if (match['templateSize'] == null || match['location'] == null) seen.matchesWithoutBox++
    }
  }
  for (const media of session.media) {
    if (media.width === null || seen.pictures >= picturesLookedAt) continue
    await inspectImage(await readAll(engine.store.blobs.open(media.sha256), maxPictureBytes, media.sha256))
    seen.pictures++
  }
}

function guiFindings({ guiRuns, screenshots, matches, matchesWithoutBox }: Seen): readonly Finding[] {
  const without = `${matchesWithoutBox} of ${matches} found matches lack location or template size, so they give no box`
  return [
    screenshots === 0
      ? bad(
          'screenshots',
          `${guiRuns} GUI runs without a single screenshot`,
          'record screenshots: without one an action yields no sample',
        )
      : good(
          'screenshots',
          `${screenshots} in ${guiRuns} GUI runs; equal ones are kept once and referred to many times`,
        ),
    matchesWithoutBox > 0
      ? warning('bounding boxes', without, 'record both with each match')
      : good('bounding boxes', `${matches} found matches all have what a box needs`),
  ]
}

function* foundMatches(telemetry: unknown): Iterable<Record<string, unknown>> {
  const actions = (telemetry as { readonly actions?: unknown } | null)?.actions
  if (!Array.isArray(actions)) return
  for (const action of actions as Record<string, unknown>[]) {
    const attempts = action['matches']
    if (!Array.isArray(attempts)) continue
    for (const attempt of attempts as Record<string, unknown>[]) if (attempt['found'] === true) yield attempt
  }
}
