/** What is drawn over a screenshot: matches, clicks and known elements, in pixels of that screenshot. */
import type { Bbox } from '#core/annotation.ts'
import { boundsOf, mapBox, mapPoint, toPicture } from '#domains/gui/geometry.ts'
import type { Click, Display, GuiAction, GuiSession, MatchAttempt, Screen } from '#domains/gui/session.ts'

export type MarkKind = 'found' | 'missed' | 'click' | 'element'

export interface Mark {
  readonly id: string
  readonly kind: MarkKind
  readonly label: string
  readonly note: string
  /** A click is a box without size. */
  readonly bbox: Bbox
}

export interface Step {
  readonly index: number
  readonly action: GuiAction | null
  readonly title: string
  /** null when the source does not say. */
  readonly success: boolean | null
  /** Screenshots that show it, in order: before, those searched, after. */
  readonly screens: readonly string[]
}

/** The steps of a run; a session without actions (an import, say) is stepped through by its screenshots. */
export function stepsOf({ telemetry }: GuiSession): readonly Step[] {
  const actions = telemetry?.actions ?? []
  if (actions.length === 0) {
    return (telemetry?.screens ?? []).map((screen, index) => ({
      index,
      action: null,
      title: `Screen ${index + 1}`,
      success: null,
      screens: [screen.sha256],
    }))
  }
  return actions.map((action, index) => ({
    index,
    action,
    title: titleOf(action),
    success: action.success ?? null,
    screens: screensOf(action),
  }))
}

function titleOf(action: GuiAction): string {
  const what = action.target?.label ?? action.name ?? action.matches?.[0]?.name ?? action.matches?.[0]?.imageId
  if (action.typed && !what) return `${action.typed.lengthChars} characters`
  return what ?? action.target?.kind ?? action.id
}

function screensOf({ screenshotBefore, screenshotAfter, matches, clicks }: GuiAction): readonly string[] {
  const all = [
    screenshotBefore,
    ...(matches ?? []).map(({ screenshot }) => screenshot),
    ...(clicks ?? []).map(({ screenshot }) => screenshot),
    screenshotAfter,
  ]
  return [...new Set(all.filter((hash) => typeof hash === 'string'))]
}

/** The screenshot with its size: as described in the telemetry, else as measured among the media. */
export function screenOf({ telemetry, media }: GuiSession, sha256: string): Screen | null {
  const described = telemetry?.screens?.find((screen) => screen.sha256 === sha256)
  if (described) return described
  const stored = media.find((ref) => ref.sha256 === sha256)
  return stored?.width && stored.height ? { sha256, width: stored.width, height: stored.height } : null
}

export function marksOf(session: GuiSession, step: Step, screen: Screen): readonly Mark[] {
  const { action } = step
  const display = session.context.display
  if (!action) return []
  const isHere = (screenshot: string | null | undefined) =>
    (screenshot ?? action.screenshotBefore ?? screen.sha256) === screen.sha256
  const matches = (action.matches ?? []).flatMap((match, i) =>
    isHere(match.screenshot) ? matchMark(match, `match-${i}`, screen, display) : [],
  )
  const clicks = (action.clicks ?? []).flatMap((click, i) =>
    isHere(click.screenshot) ? clickMark(click, `click-${i}`, screen, display) : [],
  )
  return [...matches, ...clicks]
}

export function elementMarks(screen: Screen): readonly Mark[] {
  return (screen.elements ?? []).map((element, i) => ({
    id: `element-${i}`,
    kind: 'element',
    label: element.label,
    note: [element.source, element.verified === true ? 'verified' : null, percent(element.confidence)]
      .filter(Boolean)
      .join(', '),
    bbox: boundsOf(element.shape),
  }))
}

function matchMark(
  match: MatchAttempt,
  id: string,
  screen: Screen,
  display: Display | null | undefined,
): readonly Mark[] {
  const size = match.matchedSize ?? match.templateSize
  if (!match.location || !size) return []
  const space = match.coordinateSpace ?? display?.coordinateSpace ?? 'image'
  const way = toPicture(space, screen, display, match.monitor, match.screenshotSize)
  if (!way) return []
  return [
    {
      id,
      kind: match.found ? 'found' : 'missed',
      label: match.name ?? match.imageId ?? 'template',
      note: matchNote(match),
      bbox: mapBox(way, match.location, size),
    },
  ]
}

function clickMark(click: Click, id: string, screen: Screen, display: Display | null | undefined): readonly Mark[] {
  const space = click.coordinateSpace ?? display?.coordinateSpace ?? 'image'
  const way = toPicture(space, screen, display, click.monitor, null)
  if (!way) return []
  const [x, y] = mapPoint(way, click.location)
  const label = `${click.count === 2 ? 'double click' : 'click'}${click.button && click.button !== 'left' ? ` (${click.button})` : ''}`
  return [{ id, kind: 'click', label, note: click.by ?? '', bbox: [x, y, 0, 0] }]
}

/** "0.94 of 0.80 wanted" */
export function matchNote({ confidence, threshold, found }: MatchAttempt): string {
  const similarity = typeof confidence === 'number' ? confidence.toFixed(2) : '?'
  const wanted = typeof threshold === 'number' ? `, ${threshold.toFixed(2)} wanted` : ''
  return `${found ? 'found' : 'not found'}: similarity ${similarity}${wanted}`
}

function percent(share: number | null | undefined): string | null {
  return typeof share === 'number' ? `${Math.round(share * 100)} %` : null
}
