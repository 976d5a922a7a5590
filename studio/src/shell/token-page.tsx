import { Page } from './page.tsx'

/** Shown when the engine is open to the network and wants to know who asks. It answers `?token=` with a cookie. */
export function TokenPage() {
  return (
    <Page title="Who are you?">
      <div className="page-body">
        <form className="stack token-form" method="get" action="/">
          <p>This engine is open to the network and asks for a token. Whoever started the engine has chosen it.</p>
          <label className="labelled">
            <span>Token</span>
            <input className="field" name="token" type="password" autoComplete="off" required />
          </label>
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
