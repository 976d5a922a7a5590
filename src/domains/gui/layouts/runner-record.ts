/**
 * The runner's own record of one executed action, to and from ours. What was typed is replaced by its length and class
 * before anything else sees it.
 */
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { Click, GuiAction, MatchAttempt, Size, TypedText, XY } from '../session.ts'
import { booleanOf, notNegative, numberOf, storable, textOf, textsOf, unixMs, wholeOf } from './qontinui-files.ts'

/** Names of older programs and of the web report, by the name that counts today. */
const aliases: Readonly<Record<string, string>> = {
  KEY: 'KEY_PRESS',
  PRESS_KEY: 'KEY_PRESS',
  MOVE: 'MOUSE_MOVE',
  RUN_PROCESS: 'RUN_WORKFLOW',
  DOUBLE_CLICK: 'CLICK',
  RIGHT_CLICK: 'CLICK',
  FIND_ALL: 'FIND',
  WAIT_FOR: 'WAIT',
  ASSERT: 'EXISTS',
}

export interface RecordPictures {
  /** The hash of a picture that the record refers to; null when it is missing or lies outside the run. */
  hashOf(reference: Json | undefined): string | null
}

export function isRunnerRecord(value: Json): value is JsonObject {
  return isJsonObject(value) && typeof value['action_type'] === 'string'
}

export function actionFromRecord(record: JsonObject, order: number, pictures: RecordPictures): GuiAction {
  const said = (textOf(record['action_type']) ?? 'UNKNOWN').toUpperCase()
  const config = isJsonObject(record['config']) ? record['config'] : null
  const texts = [record['typed_text'], said === 'TYPE' ? config?.['text'] : null]
  const typedText = texts.find((text) => typeof text === 'string') ?? null
  const scrub = (value: Json | undefined) => {
    const clean = storable(value ?? null)
    return typedText === null ? clean : withoutTyped(clean, typedText.toWellFormed())
  }
  const transition = isJsonObject(record['transition_data']) ? record['transition_data'] : null
  const message = scrub(record['error_message'])
  const start = unixMs(record['start_time'])
  const end = unixMs(record['end_time'])
  return {
    id: textOf(record['action_id']) ?? `record-${order}`,
    type: (aliases[said] ?? said).slice(0, 64),
    config: config ? (scrub(config) as JsonObject) : null,
    startedAt: iso(start),
    endedAt: iso(end),
    durationMs:
      notNegative(record['duration_ms']) ?? (start !== null && end !== null && end >= start ? end - start : null),
    success: booleanOf(record['success']),
    error: typeof message === 'string' && message !== '' ? { message: message.slice(0, 10_000) } : null,
    retries: wholeOf(record['retry_count']),
    statesBefore: textsOf(record['active_states_before']),
    statesAfter: textsOf(record['active_states_after']),
    matches: matchesOf(record),
    clicks: clicksOf(record, said),
    typed: typedOf(record, typedText, config),
    transition: transition && {
      from: textOf(transition['from_state']),
      to: textOf(transition['to_state']),
      type: textOf(transition['transition_type']),
      success: booleanOf(transition['success']),
    },
    conditionResult: booleanOf(record['condition_result']),
    branchTaken: textOf(record['branch_taken']),
    workflowId: textOf(record['workflow_id']),
    workflowName: textOf(record['workflow_name']),
    workflowStatus: textOf(record['workflow_status'])?.slice(0, 100) ?? null,
    parentAction: textOf(record['parent_action_id']),
    nestingLevel: wholeOf(record['nesting_level']),
    screenshotBefore: pictures.hashOf(record['screenshot_reference']),
    screenshotAfter: pictures.hashOf(record['screenshot_after_reference']),
    metadata: isJsonObject(record['metadata']) ? (scrub(record['metadata']) as JsonObject) : null,
  }
}

/** All attempts where the recorder kept them; the summary is the one attempt that older recorders kept. */
function matchesOf(record: JsonObject): readonly MatchAttempt[] {
  const list = Array.isArray(record['match_attempts']) ? (record['match_attempts'] as readonly Json[]) : []
  const attempts = list.length > 0 ? list : [record['match_summary'] ?? null]
  return attempts.filter(isJsonObject).map((match) => ({
    imageId: textOf(match['image_id']),
    name: textOf(match['name']),
    // A summary without the word, but with a place, is one of a match.
    found: booleanOf(match['found']) ?? pointOf(match['location']) !== null,
    confidence: numberOf(match['confidence']),
    threshold: numberOf(match['threshold']),
    location: pointOf(match['location']),
    templateSize: sizeOf(match['template_size']),
    method: textOf(match['method'])?.slice(0, 100) ?? null,
    searchRegion: regionOf(match['search_region']),
    screenshotSize: sizeOf(match['screenshot_size']),
    coordinateSpace: spaceOf(match['coordinate_space']) ?? 'virtual',
    at: iso(unixMs(match['at'])),
  }))
}

function clicksOf(record: JsonObject, said: string): readonly Click[] {
  const list = Array.isArray(record['clicks']) ? (record['clicks'] as readonly Json[]) : []
  const clicks: readonly Json[] = list.length > 0 ? list : [{ location: record['clicked_location'] ?? null }]
  return clicks.filter(isJsonObject).flatMap((click) => {
    const location = pointOf(click['location'])
    if (location === null) return []
    const button = textOf(click['button'] ?? record['click_button'])?.slice(0, 50)
    return [
      {
        location,
        button: button ?? (said === 'RIGHT_CLICK' ? 'right' : null),
        targetType: textOf(click['target_type'] ?? record['click_target_type'])?.slice(0, 100) ?? null,
        count: wholeOf(click['count']) ?? (said === 'DOUBLE_CLICK' ? 2 : null),
        by: click['by'] === 'person' ? ('person' as const) : ('robot' as const),
        coordinateSpace: spaceOf(click['coordinate_space']) ?? ('screen' as const),
        at: iso(unixMs(click['at'])),
      },
    ]
  })
}

function typedOf(record: JsonObject, text: string | null, config: JsonObject | null): TypedText | null {
  if (text !== null) return { lengthChars: text.length, class: classOf(text, config) }
  const typed = record['typed']
  const length = isJsonObject(typed) ? wholeOf(typed['length_chars']) : null
  if (!isJsonObject(typed) || length === null) return null
  return { lengthChars: length, class: textOf(typed['class'])?.slice(0, 50) ?? 'text' }
}

/** What sort of text it is, as far as a recorder without insight into the page can tell. */
function classOf(text: string, config: JsonObject | null): string {
  if (/pass|secret|sensitive|token|credential/i.test(canonicalJson(storable(config ?? {})))) return 'secret'
  if (/^\S+@\S+\.\S+$/.test(text)) return 'email'
  if (/^[+-]?[\d\s.,]+$/.test(text)) return 'number'
  return 'text'
}

const typedKeys = new Set(['text', 'value', 'password', 'typed_text', 'typedText', 'keys'])

/** A copy in which nothing tells what was typed: neither the keys that hold it, nor a text that contains it. */
function withoutTyped(value: Json, typed: string): Json {
  if (typeof value === 'string') return typed === '' ? value : value.replaceAll(typed, '[typed]')
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => withoutTyped(item, typed))
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value).filter(([key, item]) => !(typedKeys.has(key) && typeof item === 'string'))
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutTyped(item, typed)]))
}

export function recordFromAction(action: GuiAction, referenceOf: (sha256: string | null) => string | null): JsonObject {
  const best = action.matches?.findLast(({ found }) => found) ?? action.matches?.at(-1)
  const click = action.clicks?.[0]
  const { transition, typed } = action
  return {
    action_id: action.id,
    action_type: action.type,
    config: action.config ?? {},
    start_time: seconds(action.startedAt),
    end_time: seconds(action.endedAt),
    duration_ms: action.durationMs ?? null,
    active_states_before: [...(action.statesBefore ?? [])].sort(),
    active_states_after: [...(action.statesAfter ?? [])].sort(),
    success: action.success ?? null,
    error_message: action.error?.message ?? null,
    retry_count: action.retries ?? null,
    typed_text: typed?.keep === true ? (typed.plain ?? null) : null,
    typed: typed ? { length_chars: typed.lengthChars, class: typed.class } : null,
    match_summary: best ? matchRecord(best) : null,
    match_attempts: (action.matches ?? []).map(matchRecord),
    clicked_location: click ? [click.location.x, click.location.y] : null,
    click_button: click?.button ?? null,
    click_target_type: click?.targetType ?? null,
    clicks: (action.clicks ?? []).map((item) => ({
      location: { ...item.location },
      button: item.button ?? null,
      target_type: item.targetType ?? null,
      count: item.count ?? null,
      by: item.by ?? null,
      coordinate_space: item.coordinateSpace ?? null,
      at: item.at ?? null,
    })),
    transition_data: transition
      ? {
          from_state: transition.from ?? null,
          to_state: transition.to ?? null,
          transition_type: transition.type ?? null,
          success: transition.success ?? null,
        }
      : null,
    condition_result: action.conditionResult ?? null,
    branch_taken: action.branchTaken ?? null,
    workflow_name: action.workflowName ?? null,
    workflow_status: action.workflowStatus ?? null,
    parent_action_id: action.parentAction ?? null,
    workflow_id: action.workflowId ?? null,
    nesting_level: action.nestingLevel ?? 0,
    screenshot_reference: referenceOf(action.screenshotBefore ?? null),
    screenshot_after_reference: referenceOf(action.screenshotAfter ?? null),
    visual_debug_reference: null,
    metadata: action.metadata ?? {},
  }
}

function matchRecord(match: MatchAttempt): JsonObject {
  const size = match.matchedSize ?? match.templateSize
  return {
    image_id: match.imageId ?? null,
    name: match.name ?? null,
    found: match.found,
    confidence: match.confidence ?? null,
    threshold: match.threshold ?? null,
    location: match.location ? { x: match.location.x, y: match.location.y } : null,
    template_size: size ? { width: size.width, height: size.height } : null,
    method: match.method ?? null,
    search_region: match.searchRegion ? { ...match.searchRegion } : null,
    screenshot_size: match.screenshotSize ? { ...match.screenshotSize } : null,
    coordinate_space: match.coordinateSpace ?? null,
    at: match.at ?? null,
  }
}

function pointOf(value: Json | undefined): XY | null {
  const [x, y] = Array.isArray(value)
    ? (value as readonly Json[]).map(numberOf)
    : isJsonObject(value)
      ? [numberOf(value['x']), numberOf(value['y'])]
      : []
  return typeof x === 'number' && typeof y === 'number' ? { x, y } : null
}

function sizeOf(value: Json | undefined): Size | null {
  const [width, height] = Array.isArray(value)
    ? (value as readonly Json[]).map(numberOf)
    : isJsonObject(value)
      ? [numberOf(value['width']), numberOf(value['height'])]
      : []
  return typeof width === 'number' && typeof height === 'number' && width >= 0 && height >= 0 ? { width, height } : null
}

function regionOf(value: Json | undefined): (XY & Size) | null {
  if (Array.isArray(value)) {
    const [x, y, width, height] = value as readonly Json[]
    return regionOf({ x: x ?? null, y: y ?? null, width: width ?? null, height: height ?? null })
  }
  const [point, size] = [pointOf(value), sizeOf(value)]
  return point && size ? { ...point, ...size } : null
}

function spaceOf(value: Json | undefined) {
  return value === 'screen' || value === 'virtual' || value === 'monitor' || value === 'image' ? value : null
}

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
const seconds = (utc: string | null | undefined) => (utc ? Date.parse(utc) / 1000 : null)
