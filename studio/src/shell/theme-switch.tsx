import { useState } from 'react'
import { Icon, type IconName } from '../parts/icon.tsx'

const key = 'hindsight.theme'
const choices = ['system', 'light', 'dark'] as const
type Choice = (typeof choices)[number]

const icons: Readonly<Record<Choice, IconName>> = { system: 'system', light: 'sun', dark: 'moon' }

/** System, light, dark. The colours themselves are switched by theme.js, which also runs before the first paint. */
export function ThemeSwitch() {
  const [choice, setChoice] = useState(stored)
  const next = choices[(choices.indexOf(choice) + 1) % choices.length] ?? 'system'
  const change = () => {
    if (next === 'system') localStorage.removeItem(key)
    else localStorage.setItem(key, next)
    setChoice(next)
    window.dispatchEvent(new Event('themechosen'))
  }
  const label = `Colours: ${choice}. Change to ${next}`
  return (
    <button type="button" className="button quiet icon" onClick={change} title={label} aria-label={label}>
      <Icon name={icons[choice]} />
    </button>
  )
}

function stored(): Choice {
  const value = localStorage.getItem(key)
  return choices.find((choice) => choice === value) ?? 'system'
}
