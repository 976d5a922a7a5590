import type uPlot from 'uplot'
import type { CameraSession } from '#domains/camera/session.ts'
import { axis, usePlot } from '../../parts/use-plot.ts'
import { colour } from '../../shell/use-theme.ts'
import { frameCounts, type FrameCounts, type Shot } from './track-model.ts'

const heightPx = 170

/** How many tracks were followed at each frame, and how many were lost there. */
export function FrameChart({ session, shot }: { session: CameraSession; shot: Shot }) {
  const counts = frameCounts(session, shot)
  return counts ? <Chart counts={counts} /> : <p className="faint">No frames were sampled.</p>
}

function Chart({ counts }: { counts: FrameCounts }) {
  const element = usePlot(() => plotOf(counts), heightPx, [counts.frames.length, counts.source, counts.frames[0]])
  const most = Math.max(...counts.active.map((n) => n ?? 0))
  const label = `Tracks by frame, ${counts.frames[0]} to ${counts.frames.at(-1)}: at most ${most} active`
  return (
    <figure>
      <figcaption className="legend">
        <span className="row">
          <span className="swatch tone-camera" /> active
        </span>
        <span className="row">
          <span className="swatch tone-failed" /> lost
        </span>
        <span className="faint push">{counts.source === 'tracks' && 'counted from the tracks'}</span>
      </figcaption>
      <div ref={element} style={{ height: heightPx }} role="img" aria-label={label} />
    </figure>
  )
}

function plotOf({ frames, active, lost }: FrameCounts) {
  return {
    data: [[...frames], [...active], [...lost]] as uPlot.AlignedData,
    options: {
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: {
        x: { time: false },
        y: { range: (_: uPlot, __: number, max: number) => [0, Math.max(4, max * 1.08)] as [number, number] },
      },
      axes: [axis({ grid: { show: false }, size: 26 }), axis({ size: 36 })],
      series: [
        {},
        { label: 'active', stroke: colour('camera'), width: 1.6, points: { show: false } },
        { label: 'lost', stroke: colour('failed'), width: 1.4, points: { show: false } },
      ],
    },
  }
}
