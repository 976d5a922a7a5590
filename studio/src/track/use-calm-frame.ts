import { useEffect, useState } from 'react'
import type { Player } from './player.ts'

/** Two pictures of the screen come in less, unless something took its time. */
const promptMs = 45
/** Pictures that a view loads are drawn once more when they come, which is not measured. */
const restFactor = 8

/**
 * The playhead's frame for what is slow to draw: exact when it stands; while it plays, what takes long is drawn less often,
 * so that the picture keeps its rate.
 */
export function useCalmFrame(player: Player): number {
  const [frame, setFrame] = useState(() => player.state().frame)
  useEffect(() => {
    let request = 0
    let isMeasuring = false
    let restUntil = 0
    const update = () => {
      const now = performance.now()
      if (player.state().speed !== 0 && (isMeasuring || now < restUntil)) return
      setFrame(player.state().frame)
      cancelAnimationFrame(request)
      isMeasuring = true
      const measured = () => {
        const drawn = performance.now()
        isMeasuring = false
        restUntil = drawn + restFactor * Math.max(0, drawn - now - promptMs)
      }
      request = requestAnimationFrame(() => {
        request = requestAnimationFrame(measured)
      })
    }
    update()
    const stop = player.subscribe(update)
    return () => {
      stop()
      cancelAnimationFrame(request)
    }
  }, [player])
  return frame
}
