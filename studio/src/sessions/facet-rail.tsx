import { useState } from 'react'
import { formatFacet } from '#core/query-text.ts'
import { useFacets } from '../data/queries.ts'
import { sayCount, sayFigure } from '../data/say.ts'
import type { SessionFilter } from '../data/session-filter.ts'
import type { Facet } from '../data/types.ts'
import { Icon } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { changeParams } from '../route/location.ts'

const shownValues = 6

/** What sessions can be narrowed by, as the domains declare it. Counts are of the whole project, not of the filter. */
export function FacetRail({ project, filter }: { project: string; filter: SessionFilter }) {
  const { data } = useFacets(project, filter.domain)
  const chosen = filter.facet ?? []
  // The outcome has a filter of its own in the bar above.
  const shown = data?.items.filter(({ key }) => key !== 'status')
  const set = (facet: readonly string[]) => changeParams({ facet })
  return (
    <aside className="facets" aria-label="Facets">
      {!data && <Skeleton height={240} />}
      {shown?.length === 0 && <p className="faint">No facets yet.</p>}
      {shown?.map((facet) =>
        facet.kind === 'text' ? (
          <TextFacet key={facet.key} facet={facet} chosen={chosen} set={set} />
        ) : (
          <RangeFacet key={facet.key} facet={facet} chosen={chosen} set={set} />
        ),
      )}
    </aside>
  )
}

interface FacetProps {
  readonly facet: Facet
  readonly chosen: readonly string[]
  readonly set: (facet: readonly string[]) => void
}

function TextFacet({ facet, chosen, set }: FacetProps) {
  const [all, setAll] = useState(false)
  const values = all ? facet.values : facet.values.slice(0, shownValues)
  if (facet.values.length === 0) return null
  return (
    <fieldset className="facet">
      <legend>{inWords(facet.key)}</legend>
      {values.map(({ text, sessions }) => {
        const name = formatFacet({ key: facet.key, text })
        const on = chosen.includes(name)
        return (
          <button
            key={text}
            type="button"
            className="facet-value"
            aria-pressed={on}
            // Of one key one value can hold at a time: a session has one.
            onClick={() => set([...chosen.filter((c) => !c.startsWith(`${facet.key}:`)), ...(on ? [] : [name])])}
          >
            <span className="cut">{text === '' ? '(empty)' : text}</span>
            <span className="number faint">{sayCount(sessions)}</span>
          </button>
        )
      })}
      {facet.values.length > shownValues && (
        <button type="button" className="button quiet small" onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${facet.values.length - shownValues} more`}
        </button>
      )}
    </fieldset>
  )
}

function RangeFacet({ facet, chosen, set }: FacetProps) {
  const prefix = `${facet.key}:`
  const others = chosen.filter((c) => !c.startsWith(prefix))
  const now = chosen.find((c) => c.startsWith(prefix))?.slice(prefix.length) ?? '..'
  const [from = '', to = ''] = now.split('..')
  if (facet.min === null || facet.max === null) return null
  const apply = (form: HTMLFormElement) => {
    const data = new FormData(form)
    const [min, max] = ['min', 'max'].map((name) => {
      const value = data.get(name)
      return typeof value === 'string' ? value : ''
    })
    set(min === '' && max === '' ? others : [...others, `${prefix}${min}..${max}`])
  }
  return (
    <form
      className="facet"
      key={now}
      onSubmit={(event) => {
        event.preventDefault()
        apply(event.currentTarget)
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) apply(event.currentTarget)
      }}
    >
      <h3>{inWords(facet.key)}</h3>
      <div className="row range">
        <RangeEnd name="min" label={`${facet.key}: at least`} value={from} hint={facet.min} />
        <span className="faint">to</span>
        <RangeEnd name="max" label={`${facet.key}: at most`} value={to} hint={facet.max} />
        <button type="submit" className="button quiet small" aria-label={`Apply ${facet.key}`}>
          <Icon name="check" size={12} />
        </button>
      </div>
    </form>
  )
}

function RangeEnd({ name, label, value, hint }: { name: string; label: string; value: string; hint: number }) {
  return (
    <input
      className="field"
      name={name}
      type="number"
      step="any"
      aria-label={label}
      placeholder={sayFigure(hint)}
      defaultValue={value}
    />
  )
}

/** `solveErrorPx` reads "solve error px". */
function inWords(key: string): string {
  return key
    .replaceAll(/[._-]/g, ' ')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
}
