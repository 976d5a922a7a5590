import { useState } from 'react'
import { useDataset } from '../data/queries.ts'
import { sayCount, sayMany, sayPercent } from '../data/say.ts'
import { inWords, toParams } from '../data/session-filter.ts'
import type { Dataset, DatasetVersion } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Facts } from '../parts/facts.tsx'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import { May } from '../people/may.tsx'
import { Link } from '../route/link.tsx'
import { Page } from '../shell/page.tsx'
import { ExportDialog } from '../transfer/export-dialog.tsx'
import { sampleNames } from '../transfer/sample-names.ts'
import { CommitDialog } from './commit-dialog.tsx'
import { VersionDiff } from './version-diff.tsx'
import './datasets.css'

const splits = ['train', 'val', 'test'] as const

export function DatasetPage({ project, name }: { project: string; name: string }) {
  const { data, error } = useDataset(project, name)
  const [isCommitting, setCommitting] = useState(false)
  const [exported, setExported] = useState<DatasetVersion | null>(null)
  return (
    <Page
      title={name}
      actions={
        <May needs="reviewer">
          <button type="button" className="button primary" disabled={!data} onClick={() => setCommitting(true)}>
            <Icon name="plus" size={14} /> Commit version
          </button>
        </May>
      }
    >
      <div className="page-body">
        {error && <ProblemBox error={error} />}
        {!data && !error && <Skeleton height={280} />}
        {data && (
          <div className="stack">
            <Selection dataset={data.dataset} samplesToday={data.samplesToday} versions={data.versions} />
            <Card title="Versions" flush>
              {data.versions.length === 0 ? (
                <p className="empty">No version yet. A commit freezes what the query finds now.</p>
              ) : (
                <Versions versions={data.versions} onExport={setExported} />
              )}
            </Card>
            {data.versions.length > 1 && <VersionDiff project={project} name={name} versions={data.versions} />}
          </div>
        )}
      </div>
      {isCommitting && <CommitDialog project={project} name={name} onClose={() => setCommitting(false)} />}
      {exported && data && (
        <ExportDialog
          project={project}
          from={{
            type: 'version',
            name: `${exported.dataset}@${exported.version}`,
            sampleType: data.dataset.select.sampleType,
          }}
          onClose={() => setExported(null)}
        />
      )}
    </Page>
  )
}

interface SelectionProps {
  readonly dataset: Dataset
  readonly samplesToday: number
  readonly versions: readonly DatasetVersion[]
}

function Selection({ dataset, samplesToday, versions }: SelectionProps) {
  const { select, about, createdAt } = dataset
  const newest = versions[0]
  const change = newest ? samplesToday - newest.items : null
  return (
    <Card title="What goes in">
      <Facts
        facts={[
          ['Samples', sampleNames[select.sampleType]],
          [
            'From',
            <Link key="from" to="/sessions" params={toParams(select.sessions)}>
              {inWords(select.sessions)}
            </Link>,
          ],
          [
            'Today',
            `${sayMany(samplesToday, 'sample')}${change === null ? '' : `, ${change === 0 ? 'as many as' : `${sayCount(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} than`} in ${newest?.version}`}`,
          ],
          ['About', about],
          ['Made', <Ago key="made" utc={createdAt} />],
        ]}
      />
    </Card>
  )
}

interface VersionsProps {
  readonly versions: readonly DatasetVersion[]
  readonly onExport: (version: DatasetVersion) => void
}

function Versions({ versions, onExport }: VersionsProps) {
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>Version</th>
          <th className="right">Samples</th>
          <th>Split</th>
          <th>Plan</th>
          <th>Made</th>
          <th>
            <span className="hidden-label">Export</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {versions.map((version) => (
          <tr key={version.version}>
            <td>
              <strong>{version.version}</strong>
              {version.redacted && <span className="badge tone-partial">redacted</span>}
              <div className="row faint">
                <code title={version.hash}>{version.hash.slice(0, 12)}</code>
                <CopyButton text={version.hash} label={`Copy the hash of ${version.version}`} />
              </div>
              {version.note !== null && <div className="muted">{version.note}</div>}
            </td>
            <td className="right">{sayCount(version.items)}</td>
            <td>
              <SplitBar version={version} />
            </td>
            <td className="muted">
              {splits.map((split) => sayPercent(version.plan.shares[split])).join(' / ')}
              <br />
              seed {version.plan.seed}
              {version.plan.stratifyBy !== null && `, by ${version.plan.stratifyBy}`}
            </td>
            <td>
              <Ago utc={version.createdAt} />
            </td>
            <td className="right">
              <May needs="reviewer">
                <button type="button" className="button small" onClick={() => onExport(version)}>
                  Export
                </button>
              </May>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function SplitBar({ version }: { version: DatasetVersion }) {
  const counts = splits.map((split) => ({ split, count: version.counts[split] ?? 0 }))
  return (
    <div className="split">
      <div className="split-bar" aria-hidden="true">
        {counts.map(({ split, count }) => (
          <span key={split} className={`split-${split}`} style={{ flexGrow: count }} />
        ))}
      </div>
      <span className="number">
        {counts.map(({ split, count }) => (
          <span key={split} className="split-count">
            {split} {sayCount(count)}
          </span>
        ))}
      </span>
    </div>
  )
}
