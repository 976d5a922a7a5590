/** The comparison as Markdown: one table for tracks, one for cameras, one for times, and what is in the middle of each. */
import { quantile } from './judge-2d.ts'
import type { Judged3d } from './judge-3d.ts'
import type { ClipRow, ShotRow, SolveRow } from './rows.ts'

export function tables(rows: readonly ClipRow[]): string {
  const shots = rows.flatMap((row) => row.shots)
  return [
    '2D, both from the points that Blender detected in frame 0, with its settings; px against the true cameras.\n',
    table(
      [
        'clip',
        'tracks',
        'markers',
        'median px',
        'p90 px',
        'p95 px',
        'below 0.5 px',
        'same frames: median px',
        'p90 px',
      ],
      [...rows.map(tracksOf), tracksMiddle(rows)],
    ),
    '\nCameras, from a focal length 30 % too long; path as a share of its length, focal and k1 as shares off.\n',
    table(
      ['shot', 'cameras', 'error px', 'path ‰', 'rotation deg', 'focal %', 'k1 %', 'lens px', 'ours took it for'],
      [...shots.map(camerasOf), ...middles(shots, (s) => s.ours)],
    ),
    ...(shots.some((s) => s.blind)
      ? [
          '\nThe same, ours without any focal length given.\n',
          table(
            ['shot', 'cameras', 'error px', 'path ‰', 'rotation deg', 'focal %', 'k1 %', 'ours took it for'],
            shots.flatMap((s) => (s.blind ? [blindOf(s.name, s.blind)] : [])),
          ),
        ]
      : []),
    '\nSeconds; the ratio is of all of it, by the clock and by processor time.\n',
    table(
      [
        'clip',
        'Blender detect + track + solve',
        'ours follow + solve',
        'whole command',
        'ratio',
        'ratio, processor',
        'others busy',
      ],
      [...rows.map(timesOf), timesMiddle(rows)],
    ),
  ].join('\n')
}

/** Blender's figure, then ours. */
const pair = (a: string, b: string) => `${a} / ${b}`

function tracksOf({ clip, blender2d: b, ours2d: o, common2d: same }: ClipRow): string[] {
  return [
    clip,
    pair(String(b.tracks), String(o.tracks)),
    pair(String(b.markers), String(o.markers)),
    pair(fixed(b.medianPx, 3), fixed(o.medianPx, 3)),
    pair(fixed(b.p90Px, 3), fixed(o.p90Px, 3)),
    pair(fixed(b.p95Px, 3), fixed(o.p95Px, 3)),
    pair(percent(b.shareBelowHalf), percent(o.shareBelowHalf)),
    pair(fixed(same.blender.medianPx, 3), fixed(same.ours.medianPx, 3)),
    pair(fixed(same.blender.p90Px, 3), fixed(same.ours.p90Px, 3)),
  ]
}

function tracksMiddle(rows: readonly ClipRow[]): string[] {
  const middle = (of: (row: ClipRow) => number) => median(rows.map(of))
  return [
    'median of ratios, ours to Blender',
    '',
    fixed(
      middle((r) => r.ours2d.markers / r.blender2d.markers),
      2,
    ),
    fixed(
      middle((r) => r.ours2d.medianPx / r.blender2d.medianPx),
      2,
    ),
    fixed(
      middle((r) => r.ours2d.p90Px / r.blender2d.p90Px),
      2,
    ),
    fixed(
      middle((r) => r.ours2d.p95Px / r.blender2d.p95Px),
      2,
    ),
    '',
    fixed(
      middle((r) => r.common2d.ours.medianPx / r.common2d.blender.medianPx),
      2,
    ),
    fixed(
      middle((r) => r.common2d.ours.p90Px / r.common2d.blender.p90Px),
      2,
    ),
  ]
}

function camerasOf({ name, blender, ours }: ShotRow): string[] {
  return [
    name,
    both(blender, ours, (j) => `${j.cameras}`),
    pair(fixed(blender.errorPx, 3), fixed(ours.errorPx, 3)),
    both(blender, ours, (j) => scaled(j.pathShare, 1000)),
    both(blender, ours, (j) => fixed(j.rotationMeanDeg, 4)),
    both(blender, ours, (j) => scaled(j.focalShare, 100)),
    both(blender, ours, (j) => scaled(j.k1Share, 100)),
    both(blender, ours, (j) => fixed(j.lensPx, 2)),
    ours.judged ? ours.kind : (ours.why ?? ''),
  ]
}

function blindOf(name: string, row: SolveRow): string[] {
  const one = (show: (j: Judged3d) => string) => (row.judged ? show(row.judged) : '-')
  return [
    name,
    one((j) => `${j.cameras}`),
    fixed(row.errorPx, 3),
    one((j) => scaled(j.pathShare, 1000)),
    one((j) => fixed(j.rotationMeanDeg, 4)),
    one((j) => scaled(j.focalShare, 100)),
    one((j) => scaled(j.k1Share, 100)),
    row.judged ? row.kind : (row.why ?? ''),
  ]
}

/** Medians over the shots that both solved. */
function middles(shots: readonly ShotRow[], ours: (s: ShotRow) => SolveRow): string[][] {
  const ratios = (of: (j: Judged3d) => number | null) =>
    median(
      shots.flatMap((s) => {
        const [b, o] = [s.blender.judged && of(s.blender.judged), ours(s).judged]
        const own = o && of(o)
        return b === null || own === null ? [] : [own / b]
      }),
    )
  const errors = shots.flatMap((s) =>
    s.blender.errorPx === null || s.ours.errorPx === null ? [] : [s.ours.errorPx / s.blender.errorPx],
  )
  return [
    [
      'median of ratios, ours to Blender',
      '',
      fixed(median(errors), 2),
      fixed(
        ratios((j) => j.pathShare),
        2,
      ),
      fixed(
        ratios((j) => j.rotationMeanDeg),
        2,
      ),
      fixed(
        ratios((j) => j.focalShare),
        2,
      ),
      fixed(
        ratios((j) => j.k1Share),
        2,
      ),
      fixed(
        ratios((j) => j.lensPx),
        2,
      ),
      '',
    ],
  ]
}

function timesOf(row: ClipRow): string[] {
  const { clip, blenderTime: b, ourTime: o, othersBusy } = row
  return [
    clip,
    [b.detect, b.track, b.solve].map((s) => fixed(s, 1)).join(' + '),
    [o.follow, o.solve].map((s) => fixed(s, 1)).join(' + '),
    fixed(o.all, 1),
    fixed(wallRatio(row), 1),
    fixed(b.cpu / o.cpu, 1),
    othersBusy === null ? 'unknown' : percent(othersBusy),
  ]
}

const wallRatio = ({ blenderTime: b, ourTime: o }: ClipRow) => (b.detect + b.track + b.solve) / o.all

function timesMiddle(rows: readonly ClipRow[]): string[] {
  const cpu = rows.map((r) => r.blenderTime.cpu / r.ourTime.cpu)
  return ['median', '', '', '', fixed(median(rows.map(wallRatio)), 1), fixed(median(cpu), 1), '']
}

function both(b: SolveRow, o: SolveRow, show: (j: Judged3d) => string): string {
  return pair(b.judged ? show(b.judged) : '-', o.judged ? show(o.judged) : '-')
}

const scaled = (share: number | null, by: number) => (share === null ? '-' : fixed(share * by, 2))

const fixed = (value: number | null, digits: number) =>
  value === null || Number.isNaN(value) ? '-' : value.toFixed(digits)

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

const median = (values: readonly number[]) =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
