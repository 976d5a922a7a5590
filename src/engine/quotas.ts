/**
 * How much a project may hold, and how fast a key may write. Nobody is limited until an owner says so. What one process sets
 * holds in all of them, half a second later.
 */
import { fault } from '#core/faults.ts'
import type { Json } from '#core/json.ts'
import type { SessionRow } from '#core/store.ts'
import type { Engine } from './engine.ts'

export interface ProjectQuota {
  /** Of the blobs that its sessions refer to; null = as much as the disk takes. */
  readonly bytes: number | null
  readonly sessions: number | null
}

export interface Limits {
  readonly projects: Readonly<Record<string, ProjectQuota>>
  /** What a key or token may write in a minute, by its name: requests, and sessions that come in one of them. */
  readonly rates: Readonly<Record<string, number>>
}

/** One project, with what it holds. */
export interface QuotaReport extends ProjectQuota {
  readonly project: string
  readonly usedBytes: number
  readonly usedSessions: number
}

const preference = 'limits'
const readForMs = 500

const read = new WeakMap<Engine, { readonly limits: Limits; readonly atMs: number }>()

/** What a project holds is counted anew after so long, since other processes write as well. */
const countedForMs = 60_000
/** And when something would be refused, so that what was erased shows; not more often than this. */
const recountMs = 2_000

/** No older than half a second: it is asked for at every request. */
export async function readLimits(engine: Engine): Promise<Limits> {
  const known = read.get(engine)
  if (known && performance.now() - known.atMs < readForMs) return known.limits
  const kept: unknown = await engine.store.preference(preference)
  const limits = { projects: {}, rates: {}, ...(kept as Partial<Limits> | null) }
  read.set(engine, { limits, atMs: performance.now() })
  return limits
}

async function writeLimits(engine: Engine, limits: Limits): Promise<void> {
  await engine.store.setPreference(preference, limits as unknown as Json)
  read.set(engine, { limits, atMs: performance.now() })
}

/** @param quota null lifts it */
export async function setProjectQuota(engine: Engine, project: string, quota: ProjectQuota | null): Promise<void> {
  const limits = await readLimits(engine)
  const { [project]: _, ...others } = limits.projects
  const projects = quota === null || isFree(quota) ? others : { ...others, [project]: quota }
  await writeLimits(engine, { ...limits, projects })
}

/** @param perMinute null lifts it */
export async function setRate(engine: Engine, principal: string, perMinute: number | null): Promise<void> {
  const limits = await readLimits(engine)
  const { [principal]: _, ...others } = limits.rates
  const rates = perMinute === null ? others : { ...others, [principal]: perMinute }
  await writeLimits(engine, { ...limits, rates })
}

const isFree = ({ bytes, sessions }: ProjectQuota): boolean => bytes === null && sessions === null

/** Every project that holds something or has a quota, with both. */
export async function quotaReport(engine: Engine): Promise<readonly QuotaReport[]> {
  const { projects } = await readLimits(engine)
  const names = [...new Set([...(await engine.store.catalog.projects()), ...Object.keys(projects)])].sort()
  const reports: QuotaReport[] = []
  for (const project of names) {
    const { sessions: usedSessions, blobBytes: usedBytes } = await engine.store.usage(project)
    const { bytes, sessions } = projects[project] ?? { bytes: null, sessions: null }
    reports.push({ project, bytes, sessions, usedBytes, usedSessions })
  }
  return reports
}

type NewSession = Pick<SessionRow, 'id' | 'project' | 'media'>

/**
 * Asks whether sessions may come in; those that are here already always may.
 *
 * @throws quota.sessions, quota.bytes
 */
export async function admitSessions(engine: Engine, rows: readonly NewSession[]): Promise<void> {
  const { projects } = await readLimits(engine)
  for (const project of new Set(rows.map((row) => row.project))) {
    const quota = projects[project]
    if (!quota) continue
    const all = rows.filter((row) => row.project === project)
    const fits = async (some: readonly NewSession[]) => ({
      sessions: some.length,
      bytes: quota.bytes === null ? 0 : await mediaBytes(engine, some),
    })
    if (await admits(engine, project, quota, await fits(all))) continue
    const fresh = await unknownOf(engine, all)
    const more = await fits(fresh)
    if (fresh.length === 0 || (fresh.length < all.length && (await admits(engine, project, quota, more)))) continue
    throw await refusal(engine, project, quota, more)
  }
}

/**
 * Asks whether a blob of this size may come in for a project, before it is sent.
 *
 * @throws quota.bytes
 */
export async function admitBlob(engine: Engine, project: string, bytes: number): Promise<void> {
  const quota = (await readLimits(engine)).projects[project]
  if (!quota || quota.bytes === null) return
  // It counts from the session on that names it: until then it is only asked about.
  const asked = { ...quota, sessions: null }
  if (await admits(engine, project, asked, { sessions: 0, bytes }, false)) return
  throw await refusal(engine, project, asked, { sessions: 0, bytes })
}

interface Amount {
  readonly sessions: number
  readonly bytes: number
}

interface Count {
  sessions: number
  bytes: number
  /** Whether nothing was let in since it was counted. */
  isExact: boolean
  readonly atMs: number
}

const counts = new WeakMap<Engine, Map<string, Promise<Count>>>()

/** Whether it fits; it is counted then, unless `take` is false. */
async function admits(
  engine: Engine,
  project: string,
  quota: ProjectQuota,
  more: Amount,
  take = true,
): Promise<boolean> {
  let count = await countOf(engine, project, countedForMs)
  // Before anything is refused it is counted anew: blobs may have been counted twice, and sessions erased.
  const mayBeLess = () => !count.isExact || performance.now() - count.atMs > recountMs
  if (!fitsInto(quota, count, more) && mayBeLess()) count = await countOf(engine, project, 0)
  if (!fitsInto(quota, count, more)) return false
  if (take) {
    count.sessions += more.sessions
    count.bytes += more.bytes
    count.isExact = false
  }
  return true
}

const fitsInto = (quota: ProjectQuota, count: Amount, more: Amount): boolean =>
  count.sessions + more.sessions <= (quota.sessions ?? Number.POSITIVE_INFINITY) &&
  count.bytes + more.bytes <= (quota.bytes ?? Number.POSITIVE_INFINITY)

/** As counted no longer ago than that, and what was let in since. Blobs named twice count twice until the next count. */
async function countOf(engine: Engine, project: string, maxAgeMs: number): Promise<Count> {
  const kept = counts.get(engine) ?? new Map<string, Promise<Count>>()
  counts.set(engine, kept)
  const known = await kept.get(project)
  if (known && performance.now() - known.atMs < maxAgeMs) return known
  // Of many who wait for it, one counts.
  const current = kept.get(project)
  const counting =
    current !== undefined && (await current) !== known
      ? current
      : engine.store
          .usage(project)
          .then(
            ({ sessions, blobBytes: bytes }): Count => ({ sessions, bytes, isExact: true, atMs: performance.now() }),
          )
  kept.set(project, counting)
  counting.catch(() => kept.delete(project))
  return counting
}

async function mediaBytes({ store }: Engine, rows: readonly NewSession[]): Promise<number> {
  let bytes = 0
  for (const sha256 of new Set(rows.flatMap(({ media }) => media)))
    bytes += (await store.blobs.stat(sha256))?.bytes ?? 0
  return bytes
}

async function unknownOf({ store }: Engine, rows: readonly NewSession[]): Promise<readonly NewSession[]> {
  const fresh: NewSession[] = []
  for (const row of rows) if ((await store.catalog.summary(row.id)) === null) fresh.push(row)
  return fresh
}

async function refusal(engine: Engine, project: string, quota: ProjectQuota, more: Amount) {
  const used = await countOf(engine, project, countedForMs)
  const isCount = quota.sessions !== null && used.sessions + more.sessions > quota.sessions
  const [code, allowed, held, asked, unit] = isCount
    ? (['quota.sessions', quota.sessions, used.sessions, more.sessions, 'sessions'] as const)
    : (['quota.bytes', quota.bytes, used.bytes, more.bytes, 'bytes'] as const)
  return fault(code, {
    expected: `at most ${allowed} ${unit} in project ${project}`,
    found: `${held} ${unit} there, and ${asked} more`,
    retryAfterS: 60,
  })
}
