/** The playhead: one frame number that many parts of the page look at, without drawing the whole page anew for each frame. */
import { useSyncExternalStore } from 'react'

export interface PlayerState {
  readonly frame: number
  /** Times the clip's rate; 0 stands still, negative runs backwards. */
  readonly speed: number
}

export interface Player {
  readonly first: number
  readonly last: number
  state(): PlayerState
  subscribe(listener: () => void): () => void
  /** Stops, and goes to a frame. */
  go(frame: number): void
  step(frames: number): void
  toggle(): void
  /** J and L: play that way, and faster each time. */
  shuttle(direction: 1 | -1): void
  pause(): void
}

export interface PlayerOptions {
  readonly first: number
  readonly last: number
  readonly start: number
  readonly fps: number
  /** Playing waits for a picture that is not there yet, rather than going on without it. */
  readonly isReady: (frame: number) => boolean
}

const fastest = 4

export function createPlayer({ first, last, start, fps, isReady }: PlayerOptions): Player {
  const listeners = new Set<() => void>()
  const within = (frame: number) => Math.min(last, Math.max(first, Math.round(frame)))
  let state: PlayerState = { frame: within(start), speed: 0 }
  let request = 0
  /** When the frame that is shown was due. */
  let since = 0

  const set = (change: Partial<PlayerState>) => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }
  const after = (frame: number, direction: number) => {
    const next = frame + direction
    return next > last ? first : next < first ? last : next
  }
  const tick = (now: number) => {
    request = requestAnimationFrame(tick)
    const frameMs = 1000 / (fps * Math.abs(state.speed))
    let { frame } = state
    while (now - since >= frameMs) {
      const next = after(frame, Math.sign(state.speed))
      if (!isReady(next)) {
        since = now
        break
      }
      frame = next
      since += frameMs
    }
    if (frame !== state.frame) set({ frame })
  }
  const run = (speed: number) => {
    cancelAnimationFrame(request)
    since = performance.now()
    set({ speed })
    if (speed !== 0) request = requestAnimationFrame(tick)
  }
  const go = (frame: number) => {
    cancelAnimationFrame(request)
    const next = within(frame)
    if (next !== state.frame || state.speed !== 0) set({ frame: next, speed: 0 })
  }
  return {
    first,
    last,
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    go,
    step: (frames) => go(state.frame + frames),
    toggle: () => run(state.speed === 0 ? 1 : 0),
    shuttle: (direction) => run(faster(state.speed, direction)),
    pause: () => run(0),
  }
}

function faster(speed: number, direction: 1 | -1): number {
  return Math.sign(speed) === direction ? direction * Math.min(fastest, Math.abs(speed) * 2) : direction
}

export const usePlayer = (player: Player): PlayerState => useSyncExternalStore(player.subscribe, player.state)
