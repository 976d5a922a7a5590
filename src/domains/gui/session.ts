/**
 * A gui session is one run of a workflow, one recording of a person at work, or one part of an imported data set.
 *
 * Everything a recorder does not know is null or left out; the two mean the same. Places are pixels of one of four
 * coordinate spaces, which the record names itself, because a screen, a screenshot and a monitor rarely share an origin.
 */
import type { Shape } from '#core/annotation.ts'
import type { JsonObject } from '#core/json.ts'
import type { Session } from '#core/session.ts'

export const sessionKinds = ['run', 'recording', 'import'] as const
export type SessionKind = (typeof sessionKinds)[number]

/**
 * `image`: pixels of the screenshot. `screen`: the desktop as the pointer knows it, negative left of the main monitor.
 * `virtual`: the same, counted from the top-left corner of the whole desktop. `monitor`: counted from one monitor's corner.
 */
export const coordinateSpaces = ['screen', 'virtual', 'monitor', 'image'] as const
export type CoordinateSpace = (typeof coordinateSpaces)[number]

export interface XY {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** In `screen` coordinates. */
export interface Monitor extends XY, Size {
  /** Picture pixels per unit of screen coordinates: 2 on most "retina" screens. */
  readonly scale?: number | null
}

export interface Display {
  readonly monitors?: readonly Monitor[] | null
  /** The space of every record that names none itself; null counts as `image`. */
  readonly coordinateSpace?: CoordinateSpace | null
  /** Picture pixels per screen unit where a monitor does not say otherwise. */
  readonly screenScale?: number | null
}

export interface GuiContext {
  readonly kind: SessionKind
  readonly configName?: string | null
  /** Of the workflow file's bytes. */
  readonly configSha256?: string | null
  /** The application that was operated, as people call it; never a window title. */
  readonly app?: string | null
  readonly os?: string | null
  /** The recorder's own name for the run. */
  readonly runId?: string | null
  readonly workflows?: readonly string[] | null
  readonly display?: Display | null
  /** What must stay on one side of a train/test split, where that is more than this session. */
  readonly group?: string | null
  /** Flat facts about an imported picture that its source gave. */
  readonly attributes?: JsonObject | null
  /** Where imported data come from. */
  readonly origin?: { readonly dataset?: string | null; readonly session?: string | null } | null
}

/** How the run was set up, exactly as used. */
export interface GuiSettings {
  readonly similarityThreshold?: number | null
  readonly searchStrategy?: string | null
  readonly searchAlgorithm?: string | null
  readonly multiScale?: boolean | null
  readonly colorSpace?: string | null
  readonly edgeDetection?: boolean | null
  readonly ocr?: boolean | null
  readonly executionMode?: string | null
  readonly failureStrategy?: string | null
  readonly actionDelayMs?: number | null
  readonly defaultTimeoutMs?: number | null
  readonly defaultRetryCount?: number | null
  /** `on_completion`, `incremental`, `manual`. */
  readonly exportMode?: string | null
  readonly exportBatchSize?: number | null
  /** Whether what a failed action saw and clicked may label its screenshots; anything but true means no. */
  readonly labelFailedActions?: boolean | null
  readonly filters?: JsonObject | null
}

export interface GuiResult {
  readonly actionsTotal?: number | null
  readonly actionsFailed?: number | null
  readonly retriesTotal?: number | null
  readonly statesReached?: readonly string[] | null
}

/** One look for one template; a polling action has many. */
export interface MatchAttempt {
  readonly imageId?: string | null
  /** The template as people call it. */
  readonly name?: string | null
  readonly found: boolean
  /** Similarity of the best place, found or not; 0 to 1. */
  readonly confidence?: number | null
  readonly threshold?: number | null
  /** The top-left corner of the best place. */
  readonly location?: XY | null
  readonly templateSize?: Size | null
  /** The size of the place found, when the search allowed other scales than the template's. */
  readonly matchedSize?: Size | null
  readonly method?: string | null
  readonly searchRegion?: (XY & Size) | null
  /** The size of the picture that was searched, when it was not the screenshot as stored. */
  readonly screenshotSize?: Size | null
  readonly coordinateSpace?: CoordinateSpace | null
  /** Index into the monitors, for the space `monitor`. */
  readonly monitor?: number | null
  /** SHA-256 of the screenshot searched; null means the action's `screenshotBefore`. */
  readonly screenshot?: string | null
  readonly at?: string | null
  readonly durationMs?: number | null
}

export interface Click {
  readonly location: XY
  readonly button?: string | null
  /** What sort of target the action named ("image", "coordinates"); no type of element. */
  readonly targetType?: string | null
  /** 2 for a double click. */
  readonly count?: number | null
  /** Who clicked; null counts as the robot unless the session is a recording. */
  readonly by?: 'robot' | 'person' | null
  readonly coordinateSpace?: CoordinateSpace | null
  readonly monitor?: number | null
  readonly screenshot?: string | null
  readonly at?: string | null
}

/** What was typed, without the text: its length, and what sort of text it is ("secret", "email", "number", "text"). */
export interface TypedText {
  readonly lengthChars: number
  readonly class: string
  /** The text itself; only where `keep` says that somebody decided so. */
  readonly plain?: string | null
  readonly keep?: boolean | null
}

export interface ActionTarget {
  /** `image`, `region`, `text`, `coordinates`, `stateImage`, `accessibility` … */
  readonly kind?: string | null
  /** The target as people call it. */
  readonly label?: string | null
  readonly ids?: readonly string[] | null
}

export interface GuiAction {
  /** The configured action's id; it repeats when the action runs again. */
  readonly id: string
  /** Upper case: `CLICK`, `TYPE`, `FIND` … */
  readonly type: string
  readonly name?: string | null
  readonly config?: JsonObject | null
  readonly startedAt?: string | null
  readonly endedAt?: string | null
  readonly durationMs?: number | null
  readonly success?: boolean | null
  readonly error?: { readonly code?: string | null; readonly message: string } | null
  readonly retries?: number | null
  readonly statesBefore?: readonly string[] | null
  readonly statesAfter?: readonly string[] | null
  readonly target?: ActionTarget | null
  readonly matches?: readonly MatchAttempt[] | null
  readonly clicks?: readonly Click[] | null
  readonly typed?: TypedText | null
  readonly transition?: {
    readonly from?: string | null
    readonly to?: string | null
    readonly type?: string | null
    readonly success?: boolean | null
  } | null
  readonly conditionResult?: boolean | null
  readonly branchTaken?: string | null
  readonly workflowId?: string | null
  readonly workflowName?: string | null
  readonly workflowStatus?: string | null
  readonly parentAction?: string | null
  readonly nestingLevel?: number | null
  /** SHA-256 of a screen below. */
  readonly screenshotBefore?: string | null
  readonly screenshotAfter?: string | null
  /** SHA-256 of a picture drawn for people. */
  readonly debugPicture?: string | null
  readonly metadata?: JsonObject | null
}

/** Something labelled on a screen: known from the DOM, from accessibility, from a person or from an imported data set. */
export interface ScreenElement {
  readonly id?: string | null
  /** The class, as people call it: "button", "login_button". */
  readonly label: string
  readonly role?: string | null
  /** Its caption, where that is part of the interface and nobody's data. */
  readonly text?: string | null
  /** In pixels of the screenshot. */
  readonly shape: Shape
  readonly confidence?: number | null
  /** `dom`, `accessibility`, `person`, `template_matching`, `user_click`, `model` … */
  readonly source: string
  /** Only a person's word makes this true. */
  readonly verified?: boolean | null
  readonly method?: string | null
  readonly threshold?: number | null
  readonly action?: string | null
  readonly at?: string | null
  readonly activeStates?: readonly string[] | null
  /** How often it was seen, where the source counted. */
  readonly observations?: number | null
}

/** A distinct screenshot of the session. */
export interface Screen extends Size {
  /** Of the picture's bytes; the picture is among the session's media. */
  readonly sha256: string
  readonly takenAt?: string | null
  readonly activeStates?: readonly string[] | null
  /** Where the picture's top-left corner lies, in screen coordinates. */
  readonly origin?: XY | null
  /** Picture pixels per screen unit. */
  readonly scale?: number | null
  /** Index of the one monitor it shows. */
  readonly monitor?: number | null
  readonly elements?: readonly ScreenElement[] | null
}

export interface GuiState {
  readonly id?: string | null
  readonly name: string
  readonly isInitial?: boolean | null
  readonly isFinal?: boolean | null
  readonly images?: readonly string[] | null
}

export interface Template {
  readonly id: string
  readonly name?: string | null
  /** Of the picture's bytes, when it is among the media. */
  readonly sha256?: string | null
  readonly width?: number | null
  readonly height?: number | null
  readonly similarity?: number | null
  readonly state?: string | null
}

export interface GuiTelemetry {
  readonly actions?: readonly GuiAction[] | null
  readonly screens?: readonly Screen[] | null
  readonly states?: readonly GuiState[] | null
  readonly templates?: readonly Template[] | null
}

export type GuiSession = Session<GuiContext, GuiSettings, GuiResult, GuiTelemetry>

/** What a person said of one label on a screen: the `after` of the edit kind `gui.annotation`. */
export interface AnnotationEdit {
  readonly op: 'add' | 'move' | 'relabel' | 'delete' | 'verify'
  /** SHA-256 of the screenshot. */
  readonly screen: string
  /** The label as it should be; for `delete`, the label that is gone. */
  readonly annotation: LabelledShape
  /** The label as it was when the person saw it; left out for `add`. */
  readonly target?: LabelledShape | null
}

export interface LabelledShape {
  readonly label: string
  readonly shape: Shape
}

/** What a person said of a screenshot as a whole: the `after` of `gui.screen`. "good" confirms all labels it has. */
export interface ScreenEdit {
  readonly screen: string
  readonly verdict: 'good' | 'bad'
  readonly notes?: string | null
}
