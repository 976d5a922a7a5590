import { useEffect, useState } from 'react'
import { Icon } from './icon.tsx'

export function CopyButton({ text, label }: { text: string | (() => string); label: string }) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 1500)
    return () => clearTimeout(timer)
  }, [done])
  const copy = () => {
    navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => setDone(true),
      () => setDone(false), // refused by the browser: the text can still be selected by hand
    )
  }
  return (
    <button type="button" className="button quiet icon" onClick={copy} title={label} aria-label={label}>
      <Icon name={done ? 'check' : 'copy'} size={14} />
    </button>
  )
}
