import { Link } from '../route/link.tsx'
import { Page } from './page.tsx'

/** For whoever may record and may look at nothing. */
export function RecorderPage() {
  return (
    <Page title="Recording only">
      <div className="page-body">
        <div className="empty">
          <strong>This account records, and looks at nothing.</strong>
          What your application sends arrives; to see it, ask an owner for the role viewer or reviewer.
          <Link to="/account">My account</Link>
        </div>
      </div>
    </Page>
  )
}
