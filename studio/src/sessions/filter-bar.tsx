import { useEffect, useRef, useState } from 'react'
import { domains, filterKeys, isNarrowed, statuses, type SessionFilter } from '../data/session-filter.ts'
import { domainTitles, Icon } from '../parts/icon.tsx'
import { changeParams } from '../route/location.ts'
import { searchFieldId } from '../shell/focus-search.ts'

const settleMs = 250

/** All filters live in the address; this bar only changes it. */
export function FilterBar({ filter }: { filter: SessionFilter }) {
  return (
    <div className="filter-bar" role="search">
      <SearchField text={filter.text ?? ''} />
      <Choice
        label="Kind"
        name="domain"
        value={filter.domain}
        options={domains.map((name) => [name, domainTitles[name]])}
      />
      <Choice label="Outcome" name="status" value={filter.status} options={statuses.map((name) => [name, name])} />
      <Day label="From" name="from" value={filter.from} />
      <Day label="To" name="to" value={filter.to} />
      <Contributor value={filter.contributor ?? ''} />
      <button
        type="button"
        className="button quiet"
        disabled={!isNarrowed(filter)}
        onClick={() => changeParams(Object.fromEntries(filterKeys.map((key) => [key, null])))}
      >
        Clear
      </button>
    </div>
  )
}

/** What is typed reaches the address when the typing pauses, and replaces it: Back leads out of the search at once. */
function useSettled(value: string, name: string) {
  const [text, setText] = useState(value)
  const sent = useRef(value)
  useEffect(() => {
    if (value !== sent.current) setText(value)
    sent.current = value
  }, [value])
  useEffect(() => {
    if (text.trim() === sent.current) return
    const timer = setTimeout(() => {
      sent.current = text.trim()
      changeParams({ [name]: text.trim() }, { replace: true })
    }, settleMs)
    return () => clearTimeout(timer)
  }, [text, name])
  return [text, setText] as const
}

function SearchField({ text: value }: { text: string }) {
  const [text, setText] = useSettled(value, 'text')
  return (
    <div className="search">
      <Icon name="search" size={14} />
      <input
        id={searchFieldId}
        className="field"
        type="text"
        maxLength={300}
        placeholder="Search"
        aria-label="Search sessions"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && event.key !== 'Enter') return
          if (event.key === 'Escape') setText('')
          event.currentTarget.blur()
          event.preventDefault()
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  )
}

function Contributor({ value }: { value: string }) {
  const [text, setText] = useSettled(value, 'contributor')
  return (
    <input
      className="field contributor"
      maxLength={200}
      placeholder="Contributor"
      aria-label="Contributor"
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  )
}

interface ChoiceProps {
  readonly label: string
  readonly name: string
  readonly value: string | undefined
  readonly options: readonly (readonly [string, string])[]
}

function Choice({ label, name, value = '', options }: ChoiceProps) {
  return (
    <select
      className="field"
      aria-label={label}
      value={value}
      onChange={(event) => changeParams({ [name]: event.target.value })}
    >
      <option value="">{label}: any</option>
      {options.map(([key, title]) => (
        <option key={key} value={key}>
          {title}
        </option>
      ))}
    </select>
  )
}

const dayMs = 86_400_000

/** A day in UTC. The API's end is exclusive; people mean the day they name to be included. */
function Day({ label, name, value }: { label: string; name: 'from' | 'to'; value: string | undefined }) {
  const shift = name === 'to' ? dayMs : 0
  const time = value === undefined ? Number.NaN : Date.parse(value)
  const shown = Number.isNaN(time) ? '' : new Date(time - Math.min(shift, 1)).toISOString().slice(0, 10)
  const change = (day: string) => {
    const ms = Date.parse(day)
    changeParams({ [name]: Number.isNaN(ms) ? null : new Date(ms + shift).toISOString() })
  }
  return (
    <label className="row day">
      <span className="muted">{label}</span>
      <input className="field" type="date" value={shown} onChange={(event) => change(event.target.value)} />
    </label>
  )
}
