/** What the writer of qontinui's dataset keeps in memory while sessions pass: facts and labels, never pictures. */
import type { SessionWithEdits } from '#core/layout.ts'
import type { MediaRef } from '#core/session.ts'
import type { Loss } from '#core/report.ts'
import { type Evidence, evidenceOf, joinEvidence } from '../evidence.ts'
import type { GuiAction, GuiSession } from '../session.ts'

export interface GatheredImage {
  readonly media: MediaRef
  readonly width: number
  readonly height: number
  readonly evidence: Evidence
}

/** One line of the manifest to be. */
export interface GatheredLine {
  readonly sessionId: string
  readonly runId: string | null
  readonly kind: GuiSession['context']['kind']
  readonly step: number
  readonly image: string
  readonly imageAfter: string | null
  readonly atMs: number | null
  /** null for a screenshot that no action begins on. */
  readonly action: Pick<GuiAction, 'id' | 'type' | 'success' | 'statesBefore' | 'statesAfter' | 'target'> | null
  readonly activeStates: readonly string[]
}

export interface GatheredSession {
  readonly session: Omit<GuiSession, 'telemetry' | 'media'>
}

export interface Gathered {
  readonly images: ReadonlyMap<string, GatheredImage>
  readonly lines: readonly GatheredLine[]
  readonly sessions: readonly GatheredSession[]
  readonly counts: { actions: number; withScreenshot: number; withMatches: number; withClicks: number }
  readonly losses: Losses
}

/** Counts what cannot be written, so that nothing is lost silently. */
export class Losses {
  readonly #known = new Map<string, Loss>()

  add(field: string, what: Loss['what'], count: number, why: string): void {
    if (count === 0) return
    const known = this.#known.get(field)
    this.#known.set(field, { field, what, why, count: count + (known?.count ?? 0) })
  }

  list(): readonly Loss[] {
    return [...this.#known.values()].sort((a, b) => (a.field < b.field ? -1 : 1))
  }
}

export async function gather(items: AsyncIterable<SessionWithEdits>, labelFailed: boolean): Promise<Gathered> {
  const images = new Map<string, GatheredImage>()
  const lines: GatheredLine[] = []
  const sessions: GatheredSession[] = []
  const counts = { actions: 0, withScreenshot: 0, withMatches: 0, withClicks: 0 }
  const losses = new Losses()
  for await (const { session: any, edits } of items) {
    // The store checked it against the schema of this domain when it came in.
    const session = withFailed(any as unknown as GuiSession, labelFailed)
    const media = new Map(session.media.map((item) => [item.sha256, item]))
    const screens = new Map((session.telemetry?.screens ?? []).map((item) => [item.sha256, item]))
    for (const [sha256, evidence] of evidenceOf(session, edits)) {
      const [picture, screen] = [media.get(sha256), screens.get(sha256)]
      if (!picture || !screen) continue
      const known = images.get(sha256)
      const size = { width: picture.width ?? screen.width, height: picture.height ?? screen.height }
      images.set(sha256, {
        media: picture,
        ...size,
        evidence: known ? joinEvidence(known.evidence, evidence) : evidence,
      })
    }
    lines.push(...linesOf(session, images))
    const { telemetry: _, media: __, ...envelope } = session
    sessions.push({ session: envelope })
    countActions(session, counts)
    countLosses(session, edits.filter(({ kind }) => !kind.startsWith('gui.')).length, losses)
  }
  lines.sort(
    (a, b) => (a.atMs ?? Infinity) - (b.atMs ?? Infinity) || order(a.sessionId, b.sessionId) || a.step - b.step,
  )
  sessions.sort((a, b) => order(a.session.recordedAt, b.session.recordedAt) || order(a.session.id, b.session.id))
  return { images, lines, sessions, counts, losses }
}

function withFailed(session: GuiSession, labelFailed: boolean): GuiSession {
  if (!labelFailed) return session
  const { settings } = session
  return { ...session, settings: { ...settings, values: { ...settings.values, labelFailedActions: true } } }
}

function linesOf(session: GuiSession, images: ReadonlyMap<string, GatheredImage>): readonly GatheredLine[] {
  const { id: sessionId, context, telemetry } = session
  const common = { sessionId, runId: context.runId ?? null, kind: context.kind }
  const listed = new Set<string>()
  const has = (sha256: string | null | undefined): sha256 is string => typeof sha256 === 'string' && images.has(sha256)
  const lines: GatheredLine[] = []
  for (const [step, action] of (telemetry?.actions ?? []).entries()) {
    const after = has(action.screenshotAfter) ? action.screenshotAfter : null
    const image = has(action.screenshotBefore) ? action.screenshotBefore : after
    if (image === null) continue
    listed.add(image)
    const { id, type, success, statesBefore, statesAfter, target } = action
    lines.push({
      ...common,
      step,
      image,
      imageAfter: after,
      atMs: timeOf(action.startedAt),
      action: { id, type, ...given({ success, statesBefore, statesAfter, target }) },
      activeStates: statesBefore ?? [],
    })
  }
  // Whoever goes by the manifest must find every image there, also the last ones, on which no action began.
  let step = telemetry?.actions?.length ?? 0
  for (const { sha256, takenAt, activeStates } of telemetry?.screens ?? []) {
    if (listed.has(sha256) || !has(sha256)) continue
    listed.add(sha256)
    const place = { step: step++, image: sha256, imageAfter: null, atMs: timeOf(takenAt) }
    lines.push({ ...common, ...place, action: null, activeStates: activeStates ?? [] })
  }
  return lines
}

/** Leaves out what is not given: an optional property is absent, not undefined. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

function countActions({ telemetry }: GuiSession, counts: Gathered['counts']): void {
  for (const { screenshotBefore, screenshotAfter, matches, clicks } of telemetry?.actions ?? []) {
    counts.actions++
    if (screenshotBefore ?? screenshotAfter) counts.withScreenshot++
    if (matches && matches.length > 0) counts.withMatches++
    if (clicks && clicks.length > 0) counts.withClicks++
  }
}

function countLosses({ telemetry, settings, context }: GuiSession, otherEdits: number, losses: Losses): void {
  const actions = telemetry?.actions ?? []
  const count = (has: (action: GuiAction) => unknown) => actions.filter((action) => Boolean(has(action))).length
  const sum = (of: (action: GuiAction) => number) => actions.reduce((total, action) => total + of(action), 0)
  const perAction = 'the manifest has no place for it'
  losses.add(
    'actions',
    'dropped',
    count((action) => !(action.screenshotBefore ?? action.screenshotAfter)),
    'the manifest lists actions by their screenshot, and these have none',
  )
  losses.add(
    'matches',
    'dropped',
    sum(({ matches }) => (matches ?? []).filter(({ found }) => !found).length),
    'only what was found is a label',
  )
  losses.add(
    'clicks',
    'approximated',
    sum(({ clicks }) => clicks?.length ?? 0),
    'a click is kept as the box it confirms, or the box around it, with its point in the provenance',
  )
  losses.add(
    'typed',
    'dropped',
    count(({ typed }) => typed),
    perAction,
  )
  losses.add(
    'transition',
    'dropped',
    count(({ transition }) => transition),
    perAction,
  )
  losses.add(
    'config',
    'dropped',
    count(({ config }) => config),
    'it may hold what was typed',
  )
  losses.add(
    'error',
    'dropped',
    count(({ error }) => error),
    perAction,
  )
  losses.add(
    'durationMs',
    'dropped',
    count(({ durationMs }) => durationMs),
    perAction,
  )
  losses.add('templates', 'dropped', telemetry?.templates?.length ?? 0, 'the dataset has screenshots only')
  losses.add('settings', 'dropped', Object.keys(settings.values).length, 'the dataset has no settings')
  losses.add('display', 'dropped', context.display ? 1 : 0, 'all boxes are in pixels of their image')
  losses.add('edits', 'dropped', otherEdits, 'ratings, notes and tags have no place in the dataset')
}

function timeOf(iso: string | null | undefined): number | null {
  const ms = iso ? Date.parse(iso) : Number.NaN
  return Number.isFinite(ms) ? ms : null
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
