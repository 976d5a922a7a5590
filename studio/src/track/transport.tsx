import { useState, type ReactNode } from 'react'
import { sayDuration } from '../data/say.ts'
import { Icon } from '../parts/icon.tsx'
import { useKeys } from '../shell/use-keys.ts'
import { usePlayer, type Player } from './player.ts'

interface TransportProps {
  readonly player: Player
  readonly fps: number
  readonly children?: ReactNode
}

/** Play, step and go to a frame; the keys of an editing suite do the same. */
export function Transport({ player, fps, children }: TransportProps) {
  const { frame, speed } = usePlayer(player)
  usePlayerKeys(player)
  return (
    <div className="track-transport">
      <div className="row tools">
        <ToolButton label="First frame (Home)" onPress={() => player.go(player.first)} icon="first" />
        <ToolButton label="One frame back (←)" onPress={() => player.step(-1)} icon="left" />
        <ToolButton
          label={speed === 0 ? 'Play (Space)' : 'Pause (Space)'}
          onPress={player.toggle}
          icon={speed === 0 ? 'play' : 'pause'}
        />
        <ToolButton label="One frame forward (→)" onPress={() => player.step(1)} icon="right" />
        <ToolButton label="Last frame (End)" onPress={() => player.go(player.last)} icon="last" />
      </div>
      <FrameField key={frame} player={player} frame={frame} />
      <span className="faint number frame-time">
        {sayDuration((frame / fps) * 1000)}
        {speed !== 0 && speed !== 1 ? ` · ${speed}×` : ''}
      </span>
      {children}
    </div>
  )
}

function ToolButton(props: {
  label: string
  icon: 'first' | 'last' | 'left' | 'right' | 'play' | 'pause'
  onPress: () => void
}) {
  return (
    <button
      type="button"
      className="button quiet icon"
      onClick={props.onPress}
      title={props.label}
      aria-label={props.label}
    >
      <Icon name={props.icon} />
    </button>
  )
}

function FrameField({ player, frame }: { player: Player; frame: number }) {
  const [text, setText] = useState(String(frame))
  const go = () => {
    const wanted = Number.parseInt(text, 10)
    if (Number.isNaN(wanted)) setText(String(frame))
    else if (wanted !== frame) player.go(wanted)
  }
  return (
    <span className="row frame-field number">
      <input
        className="field small"
        aria-label="Frame number"
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={go}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur()
        }}
      />
      <span className="faint">/ {player.last}</span>
    </span>
  )
}

/** Space, arrows (Shift: ten frames), Home and End, and the J K L of editing suites. */
function usePlayerKeys(player: Player): void {
  const by = (event: KeyboardEvent) => (event.shiftKey ? 10 : 1)
  useKeys({
    ' ': () => player.toggle(),
    ArrowLeft: (event) => player.step(-by(event)),
    ArrowRight: (event) => player.step(by(event)),
    Home: () => player.go(player.first),
    End: () => player.go(player.last),
    j: () => player.shuttle(-1),
    k: () => player.pause(),
    l: () => player.shuttle(1),
  })
}
