/** How far what was recorded covers the kinds of footage that the training-data guide asks for, and what to record next. */
import type { SessionQuery } from '#core/query.ts'
import { coverageAxes, coverageClasses, type CoverageKind, coverageSteps } from '#domains/camera/coverage.ts'
import type { Engine } from '../engine.ts'
import { counted } from './status-words.ts'

export interface CoverageCell {
  readonly name: string
  /** Facet by which its sessions are found, as in addresses: "class:HD_24fps". */
  readonly facet: string
  /** Counted up to {@link mostCounted}. */
  readonly sessions: number
  readonly succeeded: number
  /** What so many are by the guide; null: not yet enough to help. */
  readonly step: string | null
  /** Sessions up to the next step; null: it was the last. */
  readonly needed: number | null
}

export interface Coverage {
  readonly sessions: number
  readonly axes: readonly { readonly name: string; readonly kinds: readonly CoverageCell[] }[]
  /** Resolution down, frame rate across. */
  readonly classes: readonly (readonly CoverageCell[])[]
  /** The most wanted first. */
  readonly next: readonly string[]
}

/** More than the last step asks for need not be counted. */
export const mostCounted = 1000
const mostSuggestions = 5

/** @param project null: all */
export async function coverageOf({ store }: Pick<Engine, 'store'>, project: string | null): Promise<Coverage> {
  const all: SessionQuery = { domain: 'camera', ...(project === null ? {} : { project }) }
  const count = (query: SessionQuery) => store.catalog.count(query, mostCounted)
  const cell = async ({ name, facet }: CoverageKind): Promise<CoverageCell> => {
    const query: SessionQuery = { ...all, facets: [facet] }
    const [sessions, succeeded] = await Promise.all([count(query), count({ ...query, status: 'succeeded' })])
    const reached = coverageSteps.findLast((step) => sessions >= step.sessions)
    const following = coverageSteps.find((step) => sessions < step.sessions)
    return {
      name,
      facet: `${facet.key}:${facet.text}`,
      sessions,
      succeeded,
      step: reached?.name ?? null,
      needed: following === undefined ? null : following.sessions - sessions,
    }
  }
  const [sessions, axes, classes] = await Promise.all([
    count(all),
    Promise.all(
      coverageAxes.map(async ({ name, kinds }) => ({
        name,
        kinds: await Promise.all(kinds.map((kind) => cell(kind))),
      })),
    ),
    Promise.all(coverageClasses.map((row) => Promise.all(row.map((kind) => cell(kind))))),
  ])
  return { sessions, axes, classes, next: suggestions(axes) }
}

/** What is missing altogether first, then what is closest to being of use; at last what only ever ended one way. */
function suggestions(axes: Coverage['axes']): readonly string[] {
  const cells = axes.flatMap(({ name, kinds }) => kinds.map((kind) => ({ axis: name, ...kind })))
  const missing = cells.filter(({ sessions }) => sessions === 0).map((cell) => `${wordsOf(cell)}: none yet`)
  const few = cells
    .filter(({ sessions, step }) => sessions > 0 && step === null)
    .toSorted((one, other) => (one.needed ?? 0) - (other.needed ?? 0))
    .map((cell) => `${wordsOf(cell)}: ${cell.needed} more until they help`)
  const oneSided = cells
    .filter(({ sessions, succeeded, step }) => step !== null && (succeeded === 0 || succeeded === sessions))
    .map((cell) => `${wordsOf(cell)} that ${cell.succeeded === 0 ? 'can be solved' : 'fails'}: both teach`)
  const more = cells
    .filter(({ step, needed }) => step !== null && needed !== null)
    .toSorted((one, other) => one.sessions - other.sessions)
    .map((cell) => `${wordsOf(cell)}: ${counted(cell.needed ?? 0, 'more session')} to the next step`)
  return [...missing, ...few, ...oneSided, ...more].slice(0, mostSuggestions)
}

const wordsOf = ({ axis, name }: { readonly axis: string; readonly name: string }): string =>
  axis === 'frame rate' ? `footage at ${name} frames a second` : `${name} footage`
