import { useEffect, useState } from 'react'
import type { Clip } from '#http/contract.ts'
import { FrameStore } from './frame-store.ts'
import { createPlayer, type Player } from './player.ts'

/** Pictures for playing are no wider than this; a still one is as fine as the stage shows. */
const playingWidth = 960
/** Of bare image sequences, which say none. */
const usualRate = 24

export const rateOf = ({ info }: Clip): number =>
  info.frameRate ? info.frameRate.numerator / info.frameRate.denominator : usualRate

export interface Screening {
  readonly player: Player
  readonly frames: FrameStore | null
}

/** A playhead over a clip and the pictures around it, as long as the component is there; not for another clip. */
export function useScreening(clip: Clip): Screening {
  const [screening] = useState(() => screeningOf(clip))
  useEffect(() => {
    const close = screening.frames?.open()
    return () => {
      screening.player.pause()
      close?.()
    }
  }, [screening])
  return screening
}

function screeningOf(clip: Clip): Screening {
  const { frameCount, widthPx } = clip.info
  const last = Math.max(0, frameCount - 1)
  const usualWidth = Math.min(playingWidth, widthPx)
  const frames = clip.isThere ? new FrameStore(clip.fingerprint, frameCount, usualWidth) : null
  // Where no picture can come, tracks play all the same.
  const isReady = (frame: number) => frames === null || frames.problem() !== null || frames.get(frame) !== null
  return { player: createPlayer({ first: 0, last, start: 0, fps: rateOf(clip), isReady }), frames }
}
