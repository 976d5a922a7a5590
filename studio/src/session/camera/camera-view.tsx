import { useMemo, useState } from 'react'
import type { CameraSession } from '#domains/camera/session.ts'
import { sayFigure, sayMany, sayPercent } from '../../data/say.ts'
import { Card } from '../../parts/card.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Findings } from '../../track/views/diagnosis-panel.tsx'
import { warnedOf } from '../../track/views/findings.ts'
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
      {((session.telemetry?.diagnoses?.length ?? 0) > 0 || warnedOf(session) !== null) && (
        <Card title="Diagnosis">
          <Findings session={session} />
        </Card>
      )}
      {(session.outcome.shots?.length ?? 0) > 1 && (
        <Card title="Shots">
          <ShotFacts session={session} />
        </Card>
      )}
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
      domain="camera"
      facts={[
        ['Error (mean over tracks)', sayFigure(outcome.solveErrorPx, 'px'), 'outcome.solveErrorPx'],
        ['Held-out error', sayFigure(outcome.heldOutErrorPx, 'px'), 'outcome.heldOutErrorPx'],
        ['Tracks solved', shareOf(outcome.successfulTracks, outcome.totalTracks), 'outcome.successfulTracks'],
        ['3D points', sayFigure(outcome.bundleCount), 'outcome.bundleCount'],
        ['Frames solved', sayFigure(outcome.solvedFrames), 'outcome.solvedFrames'],
        ['Failure', outcome.failureType, 'outcome.failureType'],
        ['Failed at frame', sayFigure(outcome.frameOfFailure), 'outcome.frameOfFailure'],
        ['Focal length', sayFocal(solvedCamera), 'outcome.solvedCamera.focalPx'],
        ['Confidence', sayPercent(outcome.confidence), 'outcome.confidence'],
        ['Lens', telemetry?.zoom?.detected ? `zooms ${telemetry.zoom.direction ?? ''}`.trim() : null, 'telemetry.zoom'],
        [
          'Adapted',
          telemetry?.adaptations?.length ? sayMany(telemetry.adaptations.length, 'time') : null,
          'telemetry.adaptations',
        ],
        ['Healed gaps', shareOf(telemetry?.healing?.succeeded, telemetry?.healing?.attempted), 'telemetry.healing'],
        ['Parallax', sayFigure(telemetry?.flow?.parallax), 'telemetry.flow.parallax'],
      ]}
    />
  )
}

/** Of a clip with cuts: what came of each of its shots. */
function ShotFacts({ session: { outcome } }: { session: CameraSession }) {
  return (
    <Facts
      facts={(outcome.shots ?? []).map((shot) => [
        `Frames ${shot.fromFrame ?? '?'} to ${shot.toFrame ?? '?'}`,
        shot.solved
          ? [
              sayFigure(shot.solveErrorPx, 'px'),
              sayMany(shot.points ?? 0, 'point'),
              shot.motion === 'tripod' ? 'the camera only turned' : null,
            ]
              .filter(Boolean)
              .join(', ')
          : (shot.why ?? 'not solved'),
      ])}
    />
  )
}

function FootageFacts({ session: { context, telemetry } }: { session: CameraSession }) {
  const { widthPx, heightPx, fps, frameCount, camera, probe, clip } = context
  return (
    <Facts
      domain="camera"
      facts={[
        ['Size', widthPx && heightPx ? `${widthPx} × ${heightPx}` : null, 'context.widthPx'],
        ['Frame rate', sayFigure(fps, 'fps'), 'context.fps'],
        ['Frames', sayFigure(frameCount), 'context.frameCount'],
        ['Type', context.footageType, 'context.footageType'],
        ['Container', clip?.extension, 'context.clip.extension'],
        ['Codec', clip?.codec, 'context.clip.codec'],
        ['Motion', probe?.motionClass ?? telemetry?.visual?.motionClass, 'context.probe.motionClass'],
        ['Camera', telemetry?.motion?.kind, 'telemetry.motion.kind'],
        ['Texture', probe?.textureClass, 'context.probe.textureClass'],
        ['Lens as set', sayFocal(camera), 'context.camera.focalPx'],
        ['Sensor width', sayFigure(camera?.sensorWidthMm, 'mm'), 'context.camera.sensorWidthMm'],
        ['Attempt', sayFigure(context.attempt), 'context.attempt'],
        ['Try in its run', typeof context.retry === 'number' ? sayFigure(context.retry + 1) : null, 'context.retry'],
        [
          'Engine',
          context.engine?.name ? `${context.engine.name} ${context.engine.version ?? ''}`.trim() : null,
          'context.engine',
        ],
      ]}
    />
  )
}

/** In millimetres where the film back is known. */
const sayFocal = (camera: CameraSession['context']['camera']) =>
  typeof camera?.focalMm === 'number' ? sayFigure(camera.focalMm, 'mm') : sayFigure(camera?.focalPx, 'px')

function shareOf(part: number | null | undefined, whole: number | null | undefined): string | null {
  if (part === null || part === undefined) return null
  return whole ? `${part} of ${whole} (${Math.round((part / whole) * 100)} %)` : String(part)
}
