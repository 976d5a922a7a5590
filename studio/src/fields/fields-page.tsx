import { useDeferredValue, useMemo, useState } from 'react'
import { sayMany } from '../data/say.ts'
import { domains } from '../data/session-filter.ts'
import type { DomainName } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Facts } from '../parts/facts.tsx'
import { domainTitles, Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Segments } from '../parts/segments.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Link } from '../route/link.tsx'
import { changeParams, usePlace } from '../route/location.ts'
import { Page } from '../shell/page.tsx'
import { type FieldRow, searchFields, useFields } from './fields-api.ts'
import './fields.css'

/** What every field means, in which unit, how it is computed, and whether it leaves. */
export function FieldsPage() {
  const { search } = usePlace()
  const domain = domains.find((name) => name === search.get('domain')) ?? 'camera'
  return (
    <Page
      title="Fields"
      note={<span className="muted">what a session holds, and what of it leaves</span>}
      actions={
        <Segments
          label="Kind of session"
          value={domain}
          choices={domains.map((name) => [name, domainTitles[name]] as const)}
          onChange={(name) => changeParams({ domain: name, field: null }, { replace: true })}
        />
      }
    >
      <div className="page-body">
        <Guide key={domain} domain={domain} chosen={search.get('field')} />
      </div>
    </Page>
  )
}

function Guide({ domain, chosen }: { domain: DomainName; chosen: string | null }) {
  const { data, error } = useFields(domain)
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text)
  const rows = useMemo(() => searchFields(data?.items ?? [], wanted), [data, wanted])
  if (error) return <ProblemBox error={error} />
  if (!data) return <Skeleton height={480} />
  const entry = data.items.find(({ path }) => path === chosen)
  return (
    <div className="stack">
      {entry && <Entry key={entry.path} field={entry} />}
      {chosen !== null && !entry && (
        <p className="muted" role="status">
          The guide does not know <code>{chosen}</code>: a newer or another recorder sent it, and it is kept as it came.
        </p>
      )}
      <div className="row wrap">
        <div className="search">
          <Icon name="search" size={14} />
          <input
            className="field"
            type="text"
            maxLength={100}
            placeholder="Search: a name, a word, a unit"
            aria-label="Search the fields"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <span className="muted number" aria-live="polite">
          {sayMany(rows.length, 'field')}
        </span>
      </div>
      <Card title={`A ${domainTitles[domain]} session`} flush>
        {rows.length === 0 ? (
          <p className="empty small">No field is called so, or explained with these words.</p>
        ) : (
          <table className="plain fields">
            <thead>
              <tr>
                <th>Field</th>
                <th>What it is</th>
                <th>Unit</th>
                <th>May be</th>
                <th>Leaves in</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.path} row={row} domain={domain} isChosen={row.path === chosen} />
              ))}
            </tbody>
          </table>
        )}
      </Card>
    </div>
  )
}

function Row({ row, domain, isChosen }: { row: FieldRow; domain: DomainName; isChosen: boolean }) {
  const { path, about, unit, range, leaves } = row
  return (
    <tr className={isChosen ? 'picked' : undefined}>
      <td className="wrap-anywhere">
        <Link to="/fields" params={{ domain, field: path }}>
          <code>{path}</code>
        </Link>
      </td>
      <td>{about}</td>
      <td>{unit}</td>
      <td className="muted wrap-anywhere">{range}</td>
      <td>{leaves.length === 0 ? <span className="faint">nothing</span> : leaves.join(', ')}</td>
    </tr>
  )
}

function Entry({ field }: { field: FieldRow }) {
  const { path, about, unit, range, formula, none, leaves } = field
  return (
    <Card title={path} head={<CopyButton text={path} label="Copy the path" />}>
      <div className="stack tight">
        <p className="entry-about">{about}.</p>
        <Facts
          facts={[
            ['Unit', unit],
            ['May be', range],
            ['Computed', formula],
            ['Null means', none],
            [
              'Leaves',
              leaves.length === 0
                ? 'in no sample; only whole sessions carry it'
                : `in samples of the kind ${leaves.join(', ')}, if the consent ledger allows`,
            ],
          ]}
        />
      </div>
    </Card>
  )
}
