/** What the training-data guide wants recorded: kinds of footage along five axes, and how many sessions of each help how much. */
import { movements } from './classes.ts'

/** A kind of footage, and the facet by which its sessions are found. */
export interface CoverageKind {
  readonly name: string
  readonly facet: { readonly key: string; readonly text: string }
}

export interface CoverageAxis {
  readonly name: string
  readonly kinds: readonly CoverageKind[]
}

const kinds = (key: string, named: Readonly<Record<string, string>>): readonly CoverageKind[] =>
  Object.entries(named).map(([text, name]) => ({ name, facet: { key, text } }))

/** Success and failure are counted with each kind: both teach. */
export const coverageAxes: readonly CoverageAxis[] = [
  { name: 'resolution', kinds: kinds('resolution', { SD: 'SD', HD: 'HD', '4K': '4K' }) },
  { name: 'frame rate', kinds: kinds('fps', { '24fps': '24', '30fps': '30', '60fps': '60' }) },
  { name: 'motion', kinds: kinds('movement', Object.fromEntries(movements.map((name) => [name, name]))) },
  {
    name: 'environment',
    kinds: [...kinds('footage', { indoor: 'indoor', outdoor: 'outdoor' }), ...kinds('light', { low: 'low light' })],
  },
]

/** Footage classes, by which settings are kept: resolution down, frame rate across. */
export const coverageClasses: readonly (readonly CoverageKind[])[] = ['SD', 'HD', '4K'].map((resolution) =>
  ['24fps', '30fps', '60fps'].map((fps) => ({
    name: `${resolution} at ${fps.replace('fps', '')}`,
    facet: { key: 'class', text: `${resolution}_${fps}` },
  })),
)

/** From so many sessions of a kind on they are helpful, significant, a major contribution, as the guide says. */
export const coverageSteps = [
  { sessions: 5, name: 'helpful' },
  { sessions: 20, name: 'significant' },
  { sessions: 100, name: 'a major contribution' },
] as const
