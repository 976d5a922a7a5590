import { useEffect, useRef } from 'react'

export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>

/** Single keys, while no field has the focus and no dialog is open. A pair is written with a space: `g s`. */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    let prefix = ''
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return
      if ((event.key === 'Enter' || event.key === ' ') && isPressed(event.target)) return
      const name = prefix + event.key
      const act = latest.current[name] ?? latest.current[event.key]
      prefix = ''
      if (act) {
        event.preventDefault()
        act(event)
      } else if (Object.keys(latest.current).some((key) => key.startsWith(`${name} `))) prefix = `${event.key} `
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
