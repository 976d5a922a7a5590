/**
 * What sessions and people say of one screenshot, before it becomes labels.
 *
 * A screenshot may be shared by many sessions, so its labels are a function of everything known about it, and what is
 * known is kept as plain sets that can be joined in any order. Equal sightings are counted instead of repeated: the
 * evidence grows with what differs, not with how often it was seen.
 */
import type { Shape } from '#core/annotation.ts'
import type { Edit } from '#core/edit.ts'
import type { Json } from '#core/json.ts'
import { boundsOf, fitBox, mapBox, mapPoint, toPicture } from './geometry.ts'
import type {
  AnnotationEdit,
  Click,
  GuiAction,
  GuiSession,
  MatchAttempt,
  Screen,
  ScreenEdit,
  ScreenElement,
} from './session.ts'
import {
  compare,
  counted,
  distinct,
  type Found,
  type Rejected,
  type SeenClick,
  type SeenLabel,
  type Sighting,
  union,
} from './sightings.ts'

export interface PersonsWord {
  readonly edit: string
  readonly session: string
  readonly at: string
  readonly said: AnnotationEdit | ScreenEdit
}

export interface Evidence {
  readonly labels: readonly SeenLabel[]
  readonly clicks: readonly SeenClick[]
  readonly rejected: readonly Rejected[]
  readonly words: readonly PersonsWord[]
  /** Facts about the screenshot; a key has more than one value where sessions differ. */
  readonly facts: Readonly<Record<string, readonly Json[]>>
  readonly activeStates: readonly string[]
}

/** The evidence of one session, by SHA-256 of the screenshot. */
export function evidenceOf(session: GuiSession, edits: readonly Edit[]): ReadonlyMap<string, Evidence> {
  const screens = new Map<string, Screen[]>()
  for (const screen of session.telemetry?.screens ?? []) {
    screens.set(screen.sha256, [...(screens.get(screen.sha256) ?? []), screen])
  }
  const actions = session.telemetry?.actions ?? []
  const byScreen = labelsOfActions(session, actions, screens)
  const before = Map.groupBy(actions, ({ screenshotBefore }) => screenshotBefore)
  const after = Map.groupBy(actions, ({ screenshotAfter }) => screenshotAfter)
  const words = wordsOf(edits)
  const result = new Map<string, Evidence>()
  for (const [picture, same] of screens) {
    const fromActions = byScreen.get(picture) ?? []
    const elements = same.flatMap((screen) => elementsOf(session, screen))
    const all = [...elements, ...fromActions]
    result.set(picture, {
      labels: counted(all.filter((item) => 'shape' in item)),
      clicks: counted(all.filter((item) => 'point' in item)),
      rejected: counted(all.filter((item) => 'reason' in item)),
      words: words.get(picture) ?? [],
      facts: factsOf(session),
      // A recorder may say the states of a screen with the screen, or only with the actions that began or ended there.
      activeStates: union([
        ...same.map((screen) => screen.activeStates ?? []),
        ...(before.get(picture) ?? []).map(({ statesBefore }) => statesBefore ?? []),
        ...(after.get(picture) ?? []).map(({ statesAfter }) => statesAfter ?? []),
      ]),
    })
  }
  return result
}

/** Joins what two sets of sessions say of one screenshot; commutative and associative. */
export function joinEvidence(a: Evidence, b: Evidence): Evidence {
  const words = new Map([...a.words, ...b.words].map((word) => [word.edit, word]))
  const keys = union([Object.keys(a.facts), Object.keys(b.facts)])
  return {
    labels: counted([...a.labels, ...b.labels]),
    clicks: counted([...a.clicks, ...b.clicks]),
    rejected: counted([...a.rejected, ...b.rejected]),
    words: [...words.values()].sort(byTime),
    facts: Object.fromEntries(keys.map((key) => [key, distinct([...(a.facts[key] ?? []), ...(b.facts[key] ?? [])])])),
    activeStates: union([a.activeStates, b.activeStates]),
  }
}

function labelsOfActions(
  session: GuiSession,
  actions: readonly GuiAction[],
  screens: ReadonlyMap<string, readonly Screen[]>,
): ReadonlyMap<string, readonly Found[]> {
  const result = new Map<string, Found[]>()
  const names = new Map((session.telemetry?.templates ?? []).map(({ id, name }) => [id, name ?? id]))
  const add = (picture: string | null | undefined, make: (screen: Screen) => Found) => {
    const screen = picture ? screens.get(picture)?.[0] : undefined
    if (screen) result.set(screen.sha256, [...(result.get(screen.sha256) ?? []), make(screen)])
  }
  for (const action of actions) {
    if (action.success === false && session.settings.values.labelFailedActions !== true) continue
    for (const match of action.matches ?? []) {
      if (!match.found) continue
      add(match.screenshot ?? action.screenshotBefore, (screen) => labelOfMatch(session, action, match, screen, names))
    }
    for (const click of action.clicks ?? []) {
      add(click.screenshot ?? action.screenshotBefore, (screen) => seenClick(session, action, click, screen, names))
    }
  }
  return result
}

function labelOfMatch(
  session: GuiSession,
  action: GuiAction,
  match: MatchAttempt,
  screen: Screen,
  names: ReadonlyMap<string, string>,
): SeenLabel | Rejected {
  const sighting = sightingOf(session, action, match.at, screen)
  const label = readable(match.name ?? names.get(match.imageId ?? '') ?? action.target?.label ?? match.imageId)
  const size = match.matchedSize ?? match.templateSize
  if (!match.location || !size) return { ...sighting, label, reason: 'no-place' }
  const display = session.context.display
  const space = match.coordinateSpace ?? display?.coordinateSpace ?? 'image'
  const way = toPicture(space, screen, display, match.monitor, match.screenshotSize)
  if (!way) return { ...sighting, label, reason: 'unknown-geometry' }
  const fitted = fitBox(mapBox(way, match.location, size), screen)
  if ('rejected' in fitted) return { ...sighting, label, reason: fitted.rejected }
  return {
    ...sighting,
    label,
    shape: { type: 'box', bbox: fitted.bbox },
    source: 'template_matching',
    verified: false,
    confidence: toShare(match.confidence),
    method: match.method ?? null,
    threshold: match.threshold ?? null,
  }
}

function seenClick(
  session: GuiSession,
  action: GuiAction,
  click: Click,
  screen: Screen,
  names: ReadonlyMap<string, string>,
): SeenClick | Rejected {
  const sighting = sightingOf(session, action, click.at, screen)
  const id = action.target?.ids?.[0]
  const name = action.target?.label ?? (id === undefined ? null : (names.get(id) ?? id))
  const display = session.context.display
  const way = toPicture(
    click.coordinateSpace ?? display?.coordinateSpace ?? 'image',
    screen,
    display,
    click.monitor,
    null,
  )
  const label = name === null ? null : readable(name)
  if (!way) return { ...sighting, label: label ?? 'click_target', reason: 'unknown-geometry' }
  const [x, y] = mapPoint(way, click.location)
  if (!(x >= 0 && y >= 0 && x < screen.width && y < screen.height)) {
    return { ...sighting, label: label ?? 'click_target', reason: 'outside' }
  }
  const by = click.by ?? (session.context.kind === 'recording' ? 'person' : 'robot')
  return { ...sighting, label, point: [x, y], by }
}

function elementsOf(session: GuiSession, screen: Screen): readonly (SeenLabel | Rejected)[] {
  return (screen.elements ?? []).map((element) => {
    const sighting: Sighting = {
      session: session.id,
      action: element.action ?? null,
      at: element.at ?? screen.takenAt ?? null,
      activeStates: element.activeStates ?? screen.activeStates ?? [],
      count: element.observations ?? 1,
    }
    const label = readable(element.label)
    const shape = fitShape(element, screen)
    if (typeof shape === 'string') return { ...sighting, label, reason: shape }
    return {
      ...sighting,
      label,
      shape,
      source: element.source,
      verified: element.verified === true,
      confidence: toShare(element.confidence),
      method: element.method ?? null,
      threshold: element.threshold ?? null,
    }
  })
}

function fitShape({ shape }: ScreenElement, screen: Screen): Shape | 'outside' | 'empty' {
  if (shape.type === 'box') {
    const fitted = fitBox(shape.bbox, screen)
    return 'bbox' in fitted ? { type: 'box', bbox: fitted.bbox } : fitted.rejected
  }
  if (shape.type === 'polygon') {
    // Its points stay as they are: clipping would make a polygon that nobody drew.
    const fitted = fitBox(boundsOf(shape), screen)
    return 'bbox' in fitted ? { type: 'polygon', points: shape.points } : fitted.rejected
  }
  const [x, y] = shape.point
  const inside = x >= 0 && y >= 0 && x <= screen.width && y <= screen.height
  return inside ? { type: 'point', point: shape.point } : 'outside'
}

function sightingOf(session: GuiSession, action: GuiAction, at: string | null | undefined, screen: Screen): Sighting {
  return {
    session: session.id,
    action: action.id,
    at: at ?? action.startedAt ?? screen.takenAt ?? null,
    activeStates: action.statesBefore ?? screen.activeStates ?? [],
    count: 1,
  }
}

/** "login_button.png" is the class login_button. */
function readable(name: string | null | undefined): string {
  const text = (name ?? '').replace(/\.(png|jpe?g|webp)$/i, '').trim()
  return text === '' ? 'unknown' : text.slice(0, 200)
}

function toShare(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(Math.max(value, 0), 1) : null
}

function wordsOf(edits: readonly Edit[]): ReadonlyMap<string, readonly PersonsWord[]> {
  const result = new Map<string, PersonsWord[]>()
  for (const edit of edits) {
    if (edit.session === null || (edit.kind !== 'gui.annotation' && edit.kind !== 'gui.screen')) continue
    // The engine has checked `after` against the schema of its kind.
    const said = edit.after as unknown as AnnotationEdit | ScreenEdit
    const word = { edit: edit.id, session: edit.session, at: edit.at, said }
    result.set(said.screen, [...(result.get(said.screen) ?? []), word])
  }
  for (const words of result.values()) words.sort(byTime)
  return result
}

function byTime(a: PersonsWord, b: PersonsWord): number {
  return compare(a.at, b.at) || compare(a.edit, b.edit)
}

function factsOf({ context }: GuiSession): Readonly<Record<string, readonly Json[]>> {
  const own = {
    kind: [context.kind],
    app: present(context.app),
    os: present(context.os),
    workflow: union([context.workflows ?? []]),
  }
  const foreign = Object.entries(context.attributes ?? {}).map(([key, value]) => [key, [value]] as const)
  return { ...Object.fromEntries(foreign), ...own }
}

const present = (value: string | null | undefined): readonly string[] => (value ? [value] : [])
