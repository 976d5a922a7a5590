import { useState } from 'react'
import { useMe } from '../data/me.ts'
import { Card } from '../parts/card.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import { ChangePerson } from './change-person.tsx'
import { type Account, usePeople } from './people-api.ts'
import { projectWords } from './role-words.ts'

export function Accounts() {
  const { data, error } = usePeople()
  const [changed, setChanged] = useState<string | null>(null)
  const account = data?.items.find(({ name }) => name === changed)
  if (error) return <ProblemBox error={error} />
  if (!data) return <Skeleton height={200} />
  return (
    <>
      <Card title="Accounts" flush>
        {data.items.length === 0 ? (
          <div className="empty">
            <strong>Nobody has an account yet.</strong>
            Whoever sits at this machine is its owner. The first account is an owner too; once it is there, everybody
            signs in, at this machine as well.
          </div>
        ) : (
          <table className="plain">
            <thead>
              <tr>
                <th>Name</th>
                <th>Role</th>
                <th>Sees</th>
                <th>Last seen</th>
                <th className="right">Signed in</th>
                <th>
                  <span className="hidden-label">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((each) => (
                <Row key={each.name} account={each} onChange={() => setChanged(each.name)} />
              ))}
            </tbody>
          </table>
        )}
      </Card>
      {account && <ChangePerson account={account} onClose={() => setChanged(null)} />}
    </>
  )
}

function Row({ account, onChange }: { account: Account; onChange: () => void }) {
  const { data: me } = useMe()
  const { name, role, project, disabledAt, lastSeenAt, signIns } = account
  return (
    <tr className={disabledAt === null ? undefined : 'gone'}>
      <td className="wrap-anywhere">
        <strong>{name}</strong>
        {me?.principal?.name === name && me.isAccount && <span className="faint"> (you)</span>}
        {disabledAt !== null && <span className="badge tone-cancelled">disabled</span>}
      </td>
      <td>{role}</td>
      <td className="wrap-anywhere">{projectWords(project)}</td>
      <td>{lastSeenAt === null ? <span className="faint">never</span> : <Ago utc={lastSeenAt} />}</td>
      <td className="right">{signIns === 0 ? '–' : signIns}</td>
      <td className="right">
        <button type="button" className="button small" onClick={onChange} aria-label={`Change the account ${name}`}>
          Change…
        </button>
      </td>
    </tr>
  )
}
