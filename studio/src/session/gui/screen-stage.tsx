import type { Screen } from '#domains/gui/session.ts'
import { pictureUrl } from '../../parts/picture.tsx'
import type { Mark } from './marks.ts'

interface ScreenStageProps {
  readonly screen: Screen
  readonly marks: readonly Mark[]
  readonly hovered: string | null
  readonly onHover: (id: string | null) => void
}

/** A screenshot with marks over it; places are in percent, so they hold at any size. */
export function ScreenStage({ screen, marks, hovered, onHover }: ScreenStageProps) {
  const { width, height, sha256 } = screen
  return (
    <div className="stage-room">
      <div
        className="screen fitted"
        style={{ aspectRatio: `${width} / ${height}`, maxWidth: `calc(48vh * ${width / height})` }}
      >
        <img src={pictureUrl(sha256)} width={width} height={height} alt="Screenshot" />
        {marks.map((mark) => {
          const [x, y, w, h] = mark.bbox
          const isHovered = mark.id === hovered
          return (
            <div
              key={mark.id}
              className={`mark ${mark.kind}${isHovered ? ' hovered' : ''}`}
              title={`${mark.label}${mark.note === '' ? '' : ` (${mark.note})`}`}
              style={{
                left: `${(x / width) * 100}%`,
                top: `${(y / height) * 100}%`,
                width: `${(w / width) * 100}%`,
                height: `${(h / height) * 100}%`,
              }}
              onPointerEnter={() => onHover(mark.id)}
              onPointerLeave={() => onHover(null)}
            >
              {(isHovered || mark.kind === 'found' || mark.kind === 'missed') && (
                <span className={`mark-label${y / height < 0.06 ? ' below' : ''}`}>{mark.label}</span>
              )}
            </div>
          )
        })}
      </div>
    </div>
  )
}
