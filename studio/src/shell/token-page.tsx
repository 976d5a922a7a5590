import { useEffect, useState } from 'react'
import { changeParams, here } from '../route/location.ts'
import { Page } from './page.tsx'

/** Shown when the engine is open to the network and wants to know who asks. It answers `?token=` with a cookie. */
export function TokenPage() {
  // A token that still stands in the address was not accepted: the right one is taken out of it.
  const [isWrong] = useState(() => here().search.has('token'))
  useEffect(() => changeParams({ token: null }, { replace: true }), [])
  return (
    <Page title="Who are you?">
      <div className="page-body">
        <form className="stack token-form" method="get" action="/">
          <p>This engine is open to the network and asks for a token. Whoever started the engine has chosen it.</p>
          <label className="labelled">
            <span>Token</span>
            <input className="field" name="token" type="password" autoComplete="off" required />
          </label>
          {isWrong && (
            <p className="tone-failed" role="alert">
              This token is not known here.
            </p>
          )}
          <div>
            <button type="submit" className="button primary">
              Continue
            </button>
          </div>
        </form>
      </div>
    </Page>
  )
}
