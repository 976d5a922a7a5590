/** One group of manifest lines, with their images and boxes, as a session. */
import type { Bbox } from '#core/annotation.ts'
import { uuidFromHash } from '#core/ids.ts'
import { canonicalJson, isJsonObject, type JsonObject } from '#core/json.ts'
import type { MediaRef } from '#core/session.ts'
import { clickConfidence } from '../labels.ts'
import type { Click, GuiAction, GuiContext, Screen, ScreenElement } from '../session.ts'
import {
  type AnnotationFile,
  type ManifestLine,
  notNegative,
  numberOf,
  type RawBox,
  textOf,
  textsOf,
  unixMs,
  wholeOf,
} from './qontinui-files.ts'
import type { LineGroup } from './qontinui-groups.ts'

/** What the reader found out about one image of a group. */
export interface GroupImage {
  readonly media: MediaRef
  /** null when its boxes belong to an earlier group, or there are none. */
  readonly labels: AnnotationFile | null
}

export interface GroupParts {
  readonly group: LineGroup
  readonly images: ReadonlyMap<string, GroupImage>
  readonly project: string
  /** What metadata.json says of this session, if Hindsight wrote it. */
  readonly described: JsonObject | null
  /** For groups without any time. */
  readonly fallbackMs: number
  categoryName(id: number | null): string | null
  sha256(text: string): string
  /** Counts something that was mended. */
  mended(what: string, where: string): void
}

export function sessionOf(parts: GroupParts): JsonObject {
  const { group, images, described } = parts
  const clicks = new Map<string, Click[]>()
  const screens = screensOf(parts, clicks)
  const actions = actionsOf(parts, clicks)
  // Clicks that no click action took stand as boxes.
  for (const screen of screens) {
    for (const click of clicks.get(screen.sha256) ?? []) screen.elements.push(clickElement(click))
  }
  const known = actions.filter(({ success }) => typeof success === 'boolean')
  const times = group.lines.flatMap(({ atMs }) => (atMs === null ? [] : [atMs]))
  const recordedMs = unixMs(described?.['recorded_at']) ?? times.reduce((a, b) => Math.min(a, b), Infinity)
  const media = new Map([...images.values()].map((image) => [image.media.sha256, image.media]))
  const content = {
    project: parts.project,
    domain: 'gui',
    schemaVersion: 1,
    recordedAt: iso(Number.isFinite(recordedMs) ? recordedMs : parts.fallbackMs),
    host: { name: 'qontinui-runner', version: null },
    contributor: null,
    consent: null,
    parent: null,
    context: contextOf(group, described),
    settings: { values: {}, reason: null, propensity: null, policy: null },
    outcome: {
      status: statusOf(described),
      error: null,
      durationMs: notNegative(described?.['duration_ms']),
      actionsTotal: actions.length,
      actionsFailed: known.length === 0 ? null : known.filter(({ success }) => success === false).length,
    },
    telemetry: { actions, screens },
    media: [...media.values()],
  }
  const id = uuidFromHash(parts.sha256(canonicalJson(['qontinui', content], 'the imported run')))
  return { id, ...(content as unknown as JsonObject) }
}

type OpenScreen = Omit<Screen, 'elements'> & { readonly elements: ScreenElement[] }

function screensOf(parts: GroupParts, clicks: Map<string, Click[]>): readonly OpenScreen[] {
  const screens = new Map<string, OpenScreen>()
  const linesOf = Map.groupBy(parts.group.lines, ({ image }) => image)
  const linesInto = Map.groupBy(parts.group.lines, ({ imageAfter }) => imageAfter)
  for (const [file, { media, labels }] of parts.images) {
    const lines = [...(linesOf.get(file) ?? []), ...(linesInto.get(file) ?? [])]
    const seen = lines.flatMap((line) => [...(line.image === file ? line.states : line.statesAfter)])
    const states = new Set([...seen, ...(labels?.context.states ?? [])])
    const first = lines.find(({ image }) => image === file)
    const known = screens.get(media.sha256)
    const screen = known ?? {
      sha256: media.sha256,
      width: media.width ?? labels?.width ?? 1,
      height: media.height ?? labels?.height ?? 1,
      takenAt: first && first.atMs !== null ? iso(first.atMs) : null,
      activeStates: [...states].sort(),
      elements: [],
    }
    screens.set(media.sha256, screen)
    if (!labels) continue
    const byRobot = lines.every(({ source }) => source === null || source === 'runner_execution')
    for (const box of labels.boxes) {
      const click = byRobot ? clickOf(box, parts, labels) : null
      if (click) clicks.set(media.sha256, [...(clicks.get(media.sha256) ?? []), click])
      else screen.elements.push(elementOf(box, parts, { file, labels, screen, byRobot }))
    }
  }
  return [...screens.values()]
}

const inferredPx = 50

/**
 * The exporter draws a box of 50 x 50 pixels around each click. Where it was not moved by the picture's edge, the click is
 * its middle, and that is what is kept: the projection to samples then knows better which element was meant.
 */
function clickOf(box: RawBox, parts: GroupParts, labels: AnnotationFile): (Click & { label: string | null }) | null {
  const [x, y, width, height] = box.bbox
  const stands = box.source === 'user_click' && box.provenance === null && width === inferredPx && height === inferredPx
  if (!stands || x <= 0 || y <= 0) return null
  const at = labels.context.atMs
  parts.mended('boxes drawn around clicks became the clicks again: the robot made them, so they confirm nothing', '')
  return {
    location: { x: x + inferredPx / 2, y: y + inferredPx / 2 },
    by: 'robot',
    coordinateSpace: 'image',
    at: at === null ? null : iso(at),
    label: box.name ?? parts.categoryName(box.categoryId),
  }
}

/** Kinds of target that the exporter puts where a class should be. */
const noClass = new Set([
  'click_target',
  'image',
  'coordinates',
  'region',
  'text',
  'stateImage',
  'currentPosition',
  'unknown',
])

function actionsOf(parts: GroupParts, clicks: Map<string, Click[]>): readonly GuiAction[] {
  return parts.group.lines.flatMap((line) => {
    if (line.actionId === null && line.actionType === null) return []
    const before = parts.images.get(line.image)
    const type = (line.actionType ?? 'UNKNOWN').toUpperCase().slice(0, 64)
    const waiting = before ? clicks.get(before.media.sha256) : undefined
    const click = /CLICK|DRAG|MOUSE/.test(type) ? waiting?.shift() : undefined
    const { label, ...plain } = (click ?? {}) as Partial<Click> & { label?: string | null }
    const target = line.target ?? (label && !noClass.has(label) ? label : null)
    return [
      {
        id: line.actionId ?? `line-${line.order}`,
        type,
        startedAt: line.atMs === null ? null : iso(line.atMs),
        success: line.success ?? successFrom(before, line),
        statesBefore: line.states,
        statesAfter: line.statesAfter.length > 0 ? line.statesAfter : null,
        target: target === null ? null : { label: target },
        clicks: click ? [plain as Click] : null,
        screenshotBefore: before?.media.sha256 ?? null,
        screenshotAfter: (line.imageAfter && parts.images.get(line.imageAfter)?.media.sha256) || null,
      },
    ]
  })
}

/** An image's file tells the outcome only of the action that wrote it last. */
function successFrom(image: GroupImage | undefined, line: ManifestLine): boolean | null {
  const context = image?.labels?.context
  const same = context && context.atMs === line.atMs && context.actionType === line.actionType
  return same ? context.success : null
}

function clickElement(click: Click & { label?: string | null }): ScreenElement {
  const { x, y } = click.location
  const bbox: Bbox = [x - inferredPx / 2, y - inferredPx / 2, inferredPx, inferredPx]
  const shape = { type: 'box', bbox } as const
  return {
    label: click.label ?? 'click_target',
    shape,
    source: 'user_click',
    confidence: clickConfidence,
    verified: false,
  }
}

interface BoxPlace {
  readonly file: string
  readonly labels: AnnotationFile
  readonly screen: { readonly width: number; readonly height: number }
  readonly byRobot: boolean
}

function elementOf(box: RawBox, parts: GroupParts, { file, labels, screen, byRobot }: BoxPlace): ScreenElement {
  const [x, y, width, height] = box.bbox
  if (x < 0 || y < 0 || x + width > screen.width || y + height > screen.height) {
    parts.mended('boxes reached over the edge of their picture; labels are cut there', file)
  }
  const own = box.provenance
  const byClick = own === null && box.source.includes('click')
  if (byClick && byRobot && box.verified) {
    parts.mended('boxes called verified came from clicks of the robot; only a person verifies', file)
  }
  const at = unixMs(own ? own['at'] : (labels.context.atMs ?? undefined))
  const threshold = numberOf(own?.['threshold'])
  const shape = box.polygon
    ? ({ type: 'polygon', points: box.polygon } as const)
    : ({ type: 'box', bbox: box.bbox } as const)
  return {
    label: box.name ?? parts.categoryName(box.categoryId) ?? 'unknown',
    shape,
    source: box.source.slice(0, 64),
    confidence: byClick && byRobot ? clickConfidence : shareOf(box.confidence),
    verified: box.verified && !(byClick && byRobot),
    method: textOf(own?.['method'])?.slice(0, 100) ?? null,
    threshold,
    action: textOf(own?.['action_id']),
    at: at === null ? null : iso(at),
    activeStates: own ? textsOf(own['active_states']) : labels.context.states,
    observations: Math.max(1, wholeOf(own?.['observations']) ?? 1),
  }
}

function contextOf(group: LineGroup, described: JsonObject | null): GuiContext {
  const kind = described?.['kind']
  const runId = group.lines.find((line) => line.runId !== null)?.runId ?? null
  return {
    kind: kind === 'run' || kind === 'recording' ? kind : 'import',
    app: textOf(described?.['app']),
    os: textOf(described?.['os']),
    runId,
    workflows: textsOf(described?.['workflows']),
    group: textOf(described?.['group']) ?? group.sessionId,
    origin: { dataset: 'qontinui', session: group.sessionId },
  }
}

function statusOf(described: JsonObject | null) {
  const status = described?.['status']
  return status === 'succeeded' || status === 'partial' || status === 'failed' || status === 'cancelled' ? status : null
}

/** By id, what metadata.json says of the sessions that Hindsight wrote. */
export function describedSessions(metadata: JsonObject | null): ReadonlyMap<string, JsonObject> {
  const list = metadata?.['sessions']
  const entries = Array.isArray(list) ? (list as readonly unknown[]).filter(isJsonObject) : []
  return new Map(
    entries.flatMap((entry) => (typeof entry['session_id'] === 'string' ? [[entry['session_id'], entry]] : [])),
  )
}

const iso = (ms: number) => new Date(ms).toISOString()
const shareOf = (value: number | null) => (value === null ? null : Math.min(Math.max(value, 0), 1))
