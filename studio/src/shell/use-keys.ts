import { useEffect, useRef } from 'react'

export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>

interface Stroke {
  readonly event: KeyboardEvent | null
  /** The first half of a pair, when this may be its second. */
  readonly before: string
  /** This key, when some map has a pair that begins with it. */
  opens: string
}

// All maps hear the same keys: after a `g`, an `s` belongs to `g s` and to nothing else, whichever map has that.
let stroke: Stroke = { event: null, before: '', opens: '' }

/** Single keys, while no field has the focus and no dialog is open. A pair is written with a space: `g s`. */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return
      if ((event.key === 'Enter' || event.key === ' ') && isPressed(event.target)) return
      if (stroke.event !== event) stroke = { event, before: stroke.opens, opens: '' }
      const name = stroke.before + event.key
      const act = latest.current[name]
      if (act) {
        event.preventDefault()
        act(event)
      } else if (Object.keys(latest.current).some((key) => key.startsWith(`${name} `))) stroke.opens = `${name} `
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}

/** What has the focus and does something of its own on Enter or Space. */
function isPressed(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, summary, input, label') !== null
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  const isText = target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)
  return isText || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}
