import { useState } from 'react'
import { useMe } from '../data/me.ts'
import { Icon } from '../parts/icon.tsx'
import { Segments } from '../parts/segments.tsx'
import { changeParams, usePlace } from '../route/location.ts'
import { Page } from '../shell/page.tsx'
import { Accounts } from './accounts.tsx'
import { AuditLog } from './audit-log.tsx'
import { Keys } from './keys.tsx'
import { NewKey } from './new-key.tsx'
import { NewPerson } from './new-person.tsx'
import './people.css'

const tabs = [
  ['accounts', 'Accounts'],
  ['keys', 'Tokens and keys'],
  ['audit', 'Audit log'],
] as const
type Tab = (typeof tabs)[number][0]

/** Who may do what here, by name or by key, and who did. */
export function PeoplePage() {
  const { search } = usePlace()
  const { data: me } = useMe()
  const [open, setOpen] = useState<Tab | null>(null)
  const tab = tabs.find(([name]) => name === search.get('tab'))?.[0] ?? 'accounts'
  const close = () => setOpen(null)
  return (
    <Page
      title="People"
      actions={
        tab !== 'audit' && (
          <button type="button" className="button primary" onClick={() => setOpen(tab)}>
            <Icon name="plus" size={14} /> {tab === 'accounts' ? 'Add a person' : 'Make a key'}
          </button>
        )
      }
    >
      <div className="page-body">
        <div className="stack">
          <div>
            <Segments
              label="What is shown"
              value={tab}
              choices={tabs}
              onChange={(name) => changeParams({ tab: name === 'accounts' ? null : name }, { replace: true })}
            />
          </div>
          {tab === 'accounts' && <Accounts />}
          {tab === 'keys' && <Keys />}
          {tab === 'audit' && <AuditLog />}
        </div>
      </div>
      {open === 'accounts' && <NewPerson isFirst={me?.accounts === false} onClose={close} />}
      {open === 'keys' && <NewKey onClose={close} />}
    </Page>
  )
}
