import { useMemo, useState } from 'react'
import type { CameraSession } from '#domains/camera/session.ts'
import { sayFigure, sayMany } from '../../data/say.ts'
import { Card } from '../../parts/card.tsx'
import { Facts } from '../../parts/facts.tsx'
import { FrameChart } from './frame-chart.tsx'
import { RegionGrid } from './region-grid.tsx'
import { shotOf, type DrawnTrack } from './track-model.ts'
import { TrackStage } from './track-stage.tsx'
import { TrackTable } from './track-table.tsx'

/** One attempt to track a clip and solve its camera. */
export function CameraView({ session }: { session: CameraSession }) {
  const shot = useMemo(() => shotOf(session), [session])
  const [picked, setPicked] = useState<DrawnTrack | null>(null)
  const { context, media } = session
  const frame = media.find(({ role }) => role === 'frame') ?? null
  return (
    <>
      <Card title="Tracks" flush head={<span className="muted">{sayMany(shot.tracks.length, 'track')}</span>}>
        {shot.tracks.length === 0 ? (
          <p className="empty">No track was recorded.</p>
        ) : (
          <TrackStage
            shot={shot}
            widthPx={context.widthPx ?? frame?.width ?? 1920}
            heightPx={context.heightPx ?? frame?.height ?? 1080}
            fps={context.fps ?? 24}
            picture={frame?.sha256 ?? null}
            picked={picked}
            onPick={setPicked}
          />
        )}
      </Card>
      <div className="columns two">
        <Card title="Solved, by region">
          <RegionGrid session={session} />
        </Card>
        <Card title="Through the clip">
          <FrameChart session={session} shot={shot} />
        </Card>
      </div>
      <div className="columns two">
        <Card title="Outcome">
          <OutcomeFacts session={session} />
        </Card>
        <Card title="Footage">
          <FootageFacts session={session} />
        </Card>
      </div>
      {shot.tracks.length > 0 && (
        <Card title="All tracks" flush>
          <TrackTable tracks={shot.tracks} picked={picked} onPick={setPicked} />
        </Card>
      )}
    </>
  )
}

function OutcomeFacts({ session: { outcome, telemetry } }: { session: CameraSession }) {
  const { solvedCamera } = outcome
  return (
    <Facts
      facts={[
        ['Solve error', sayFigure(outcome.solveErrorPx, 'px')],
        ['Held-out error', sayFigure(outcome.heldOutErrorPx, 'px')],
        ['Tracks solved', shareOf(outcome.successfulTracks, outcome.totalTracks)],
        ['3D points', sayFigure(outcome.bundleCount)],
        ['Frames solved', sayFigure(outcome.solvedFrames)],
        ['Failure', outcome.failureType],
        ['Failed at frame', sayFigure(outcome.frameOfFailure)],
        ['Focal length', sayFigure(solvedCamera?.focalMm, 'mm')],
        ['Adapted', telemetry?.adaptations?.length ? sayMany(telemetry.adaptations.length, 'time') : null],
        ['Healed gaps', shareOf(telemetry?.healing?.succeeded, telemetry?.healing?.attempted)],
        ['Parallax', sayFigure(telemetry?.flow?.parallax)],
      ]}
    />
  )
}

function FootageFacts({ session: { context } }: { session: CameraSession }) {
  const { widthPx, heightPx, fps, frameCount, camera, probe, clip } = context
  return (
    <Facts
      facts={[
        ['Size', widthPx && heightPx ? `${widthPx} × ${heightPx}` : null],
        ['Frame rate', sayFigure(fps, 'fps')],
        ['Frames', sayFigure(frameCount)],
        ['Type', context.footageType],
        ['Container', clip?.extension],
        ['Motion', probe?.motionClass],
        ['Texture', probe?.textureClass],
        ['Lens as set', sayFigure(camera?.focalMm, 'mm')],
        ['Sensor width', sayFigure(camera?.sensorWidthMm, 'mm')],
        ['Attempt', sayFigure(context.attempt)],
      ]}
    />
  )
}

function shareOf(part: number | null | undefined, whole: number | null | undefined): string | null {
  if (part === null || part === undefined) return null
  return whole ? `${part} of ${whole} (${Math.round((part / whole) * 100)} %)` : String(part)
}
