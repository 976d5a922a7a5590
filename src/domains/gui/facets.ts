/** By what gui sessions are found, and how they read in a list. Nothing that was typed or shown goes in here. */
import type { Facet } from '#core/query.ts'
import type { GuiAction, GuiSession } from './session.ts'
import { union } from './sightings.ts'

/** The commonest types and states of a run; the store takes 20 facets per session. */
const maxTypes = 4
const maxStates = 4

export function facetsOf(session: GuiSession): readonly Facet[] {
  const { context, outcome, telemetry } = session
  const actions = telemetry?.actions ?? []
  const confidence = minConfidence(actions)
  const text = (key: string, value: string | null | undefined): readonly Facet[] =>
    value ? [{ key, text: value }] : []
  const number = (key: string, value: number | null): readonly Facet[] =>
    value === null ? [] : [{ key, number: value }]
  return [
    ...text('status', outcome.status),
    ...text('kind', context.kind),
    ...text('workflow', context.workflows?.[0]),
    ...text('app', context.app),
    ...number('actions', actionCount(session)),
    ...number('failedActions', failedCount(session)),
    ...number('minConfidence', confidence),
    ...number('screens', telemetry?.screens?.length ?? null),
    ...commonest(actions.map(({ type }) => type))
      .slice(0, maxTypes)
      .map((type) => ({ key: 'action', text: type })),
    ...statesOf(session)
      .slice(0, maxStates)
      .map((state) => ({ key: 'state', text: state })),
  ]
}

/** "Login flow, 14 actions, 2 failed" */
export function summaryOf(session: GuiSession): string {
  const { context, telemetry } = session
  const screens = telemetry?.screens?.length ?? 0
  const name =
    context.workflows?.join(', ') || context.configName || context.origin?.dataset || context.app || context.kind
  const actions = actionCount(session)
  const failed = failedCount(session)
  const parts = [name]
  if (actions !== null && actions > 0) parts.push(plural(actions, 'action'))
  else parts.push(plural(screens, 'screen'))
  if (failed !== null && failed > 0) parts.push(`${failed} failed`)
  return parts.join(', ')
}

export function searchTextOf(session: GuiSession): string | null {
  const { context, telemetry } = session
  const actions = telemetry?.actions ?? []
  const words = union([
    context.workflows ?? [],
    [context.app ?? '', context.configName ?? '', context.origin?.dataset ?? ''],
    actions.flatMap((action) => [action.name ?? '', action.type, action.target?.label ?? '', action.error?.code ?? '']),
    statesOf(session),
    (telemetry?.templates ?? []).map(({ name }) => name ?? ''),
    (telemetry?.screens ?? []).flatMap(({ elements }) => (elements ?? []).map(({ label }) => label)),
  ])
  const text = words.filter((word) => word !== '').join('\n')
  return text === '' ? null : text.slice(0, 20_000)
}

export function actionCount({ outcome, telemetry }: GuiSession): number | null {
  return outcome.actionsTotal ?? telemetry?.actions?.length ?? null
}

/** null when no action says whether it succeeded. */
export function failedCount({ outcome, telemetry }: GuiSession): number | null {
  if (typeof outcome.actionsFailed === 'number') return outcome.actionsFailed
  const known = (telemetry?.actions ?? []).filter(({ success }) => typeof success === 'boolean')
  return known.length === 0 ? null : known.filter(({ success }) => success === false).length
}

export function statesOf({ outcome, telemetry }: GuiSession): readonly string[] {
  const actions = telemetry?.actions ?? []
  const seen = [
    ...actions.flatMap(({ statesBefore, statesAfter }) => [...(statesBefore ?? []), ...(statesAfter ?? [])]),
    ...(telemetry?.screens ?? []).flatMap(({ activeStates }) => activeStates ?? []),
    ...(outcome.statesReached ?? []),
  ]
  return commonest(seen)
}

function minConfidence(actions: readonly GuiAction[]): number | null {
  let least: number | null = null
  for (const { matches } of actions) {
    for (const { found, confidence } of matches ?? []) {
      if (found && typeof confidence === 'number' && (least === null || confidence < least)) least = confidence
    }
  }
  return least
}

function commonest(words: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word)
}

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
