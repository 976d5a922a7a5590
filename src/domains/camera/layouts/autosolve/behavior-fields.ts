/** AutoSolve's behavior record: what a person did to the tracks after a run. */
import { isJsonObject } from '#core/json.ts'
import { inferredReasons } from '../../behavior.ts'
import {
  flag,
  integer,
  list,
  map,
  number,
  optional,
  pair,
  record,
  region,
  regional,
  text,
  textOrEmpty,
  unless,
  word,
} from './codec.ts'

/** Theirs is the snake case of ours. */
const settingNames: Readonly<Record<string, string>> = {
  pattern_size: 'patternSize',
  search_size: 'searchSize',
  correlation: 'correlation',
  threshold: 'threshold',
}
const ourSettingNames = Object.fromEntries(Object.entries(settingNames).map(([their, our]) => [our, their]))

const reason = word(Object.fromEntries(inferredReasons.map((name) => [name, name.replaceAll('-', '_')])))

const change = record([
  ['before', 'before', number],
  ['after', 'after', number],
  ['delta', 'delta', number],
])

export const behaviorRecord = record(
  [
    ['session_id', 'recordId', textOrEmpty],
    ['previous_session_id', 'previousRecord', textOrEmpty],
    ['clip_fingerprint', 'clip', textOrEmpty],
    ['iteration', 'attempt', integer],
    ['editing_duration_seconds', 'editingS', number],
    [
      'settings_adjustments',
      'settings',
      map(
        change,
        (name) => settingNames[name] ?? name,
        (name) => ourSettingNames[name] ?? name,
      ),
    ],
    [
      're_solve',
      'resolve',
      record([
        ['attempted', 'attempted', flag],
        ['error_before', 'errorBeforePx', optional(number)],
        ['error_after', 'errorAfterPx', optional(number)],
        ['improvement', 'improvementPx', optional(number)],
        ['improved', 'improved', optional(flag)],
      ]),
    ],
    [
      'track_additions',
      'additions',
      list(
        record([
          ['track_name', 'track', text],
          ['region', 'region', region],
          ['initial_frame', 'startFrame', integer],
          ['position', 'positionUv', pair],
          ['lifespan_achieved', 'lifespanFrames', integer],
          ['had_bundle', 'contributedToSolve', flag],
          ['reprojection_error', 'reprojectionErrorPx', unless(0, number)],
        ]),
        'drop',
      ),
    ],
    [
      'track_deletions',
      'deletions',
      list(
        record([
          ['track_name', 'track', text],
          ['region', 'region', region],
          ['lifespan', 'markerCount', integer],
          ['had_bundle', 'contributedToSolve', flag],
          ['reprojection_error', 'reprojectionErrorPx', unless(0, number)],
          ['inferred_reason', 'reason', reason],
        ]),
        'drop',
      ),
    ],
    [
      'track_disables',
      'disabled',
      list(
        record([
          ['track_name', 'track', text],
          ['region', 'region', region],
        ]),
        'drop',
      ),
    ],
    [
      'marker_refinements',
      'refinements',
      list(
        record([
          ['track_name', 'track', text],
          ['frame', 'frame', integer],
          ['old_position', 'fromUv', pair],
          ['new_position', 'toUv', pair],
          ['displacement_px', 'distancePx', number],
        ]),
        'drop',
      ),
    ],
    ['net_track_change', 'netTrackChange', integer],
    ['region_additions', 'regionAdditions', regional(integer)],
  ],
  {
    // What the real files always have, so that a reader may rely on it.
    afterWrite(theirs) {
      for (const key of ['track_additions', 'track_deletions', 'track_disables', 'marker_refinements'])
        theirs[key] ??= []
      for (const key of ['settings_adjustments', 'region_additions']) theirs[key] ??= {}
      if (!isJsonObject(theirs['re_solve'])) theirs['re_solve'] = { attempted: false }
    },
  },
)
