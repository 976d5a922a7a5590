import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { shortestPassword } from '#core/people-store.ts'
import { api } from '../data/client.ts'
import { fetchMe, useKeepMe, useMe } from '../data/me.ts'
import { sayMany, sayTime } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { Facts } from '../parts/facts.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Link } from '../route/link.tsx'
import { Page } from '../shell/page.tsx'
import { NewPassword } from './new-password.tsx'
import { projectWords, roleWords } from './role-words.ts'
import { useSignOut } from './who-am-i.tsx'
import './people.css'

const ways = {
  local: 'at this machine, where nobody signs in until there is an account',
  cookie: 'signed in by name and password',
  token: 'by a token',
  'ingest-key': 'by a key that only writes',
  nobody: 'not at all',
} as const

/** Who I am here, and what I can change about it. */
export function AccountPage() {
  const { data: me, error } = useMe()
  return (
    <Page title="My account">
      <div className="page-body">
        {error && <ProblemBox error={error} />}
        {!me && !error && <Skeleton height={180} />}
        {me?.principal && (
          <div className="stack narrow">
            <Card title="Who I am">
              <Facts
                facts={[
                  ['Name', me.principal.name],
                  ['Role', `${me.principal.role}: ${roleWords[me.principal.role]}`],
                  ['Sees', projectWords(me.principal.project)],
                  ['Known', ways[me.principal.via]],
                  ['Until', me.expiresAt === null ? null : sayTime(me.expiresAt)],
                ]}
              />
              {me.principal.via === 'local' && (
                <p className="muted after">
                  <Link to="/people">Make an account</Link>, and from then on everybody signs in.
                </p>
              )}
            </Card>
            {me.isAccount && <Password />}
            {me.isAccount && <SignIns />}
          </div>
        )}
      </div>
    </Page>
  )
}

function Password() {
  const keep = useKeepMe()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const change = useMutation({
    mutationFn: async () => {
      const { signIns } = await api.call('POST /api/v1/me/password', { body: { current, next } })
      keep(await fetchMe())
      return signIns
    },
    onSuccess: () => {
      setCurrent('')
      setNext('')
      setAgain('')
    },
  })
  const isReady = current !== '' && next.length >= shortestPassword && next === again
  return (
    <Card title="Password">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <label className="labelled">
          <span>Password now</span>
          <input
            className="field"
            type="password"
            autoComplete="current-password"
            maxLength={1000}
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        </label>
        <NewPassword value={next} again={again} onChange={setNext} onAgain={setAgain} />
        {change.error && <ProblemBox error={change.error} />}
        {change.isSuccess && (
          <p className="tone-succeeded" role="status">
            The password is changed. {sayMany(change.data, 'other sign-in')} ended.
          </p>
        )}
        <div>
          <button type="submit" className="button primary" disabled={!isReady || change.isPending}>
            Change the password
          </button>
        </div>
      </form>
    </Card>
  )
}

function SignIns() {
  const signOut = useSignOut()
  return (
    <Card title="Sign out">
      <div className="stack tight">
        <p className="muted">
          Everywhere means every browser and machine where you signed in with this account. Tokens go on until they are
          revoked.
        </p>
        <div className="row wrap">
          <button type="button" className="button" disabled={signOut.isPending} onClick={() => signOut.mutate(false)}>
            Sign out here
          </button>
          <button
            type="button"
            className="button danger"
            disabled={signOut.isPending}
            onClick={() => signOut.mutate(true)}
          >
            Sign out everywhere
          </button>
        </div>
      </div>
    </Card>
  )
}
