import { sayTime } from '../data/say.ts'
import type { AnySession } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { Facts } from '../parts/facts.tsx'

const bases = {
  explicit: 'given for this session',
  declared: 'declared by the owner of the project',
  imported: 'declared with the import',
} as const

/** What was agreed to at record time; the ledger decides at export. */
export function ConsentCard({ session: { consent, contributor, domain } }: { session: AnySession }) {
  return (
    <Card title="Consent at record time">
      {consent === null ? (
        <p className="muted">
          {contributor === null
            ? 'No statement: nobody but the owner took part.'
            : 'No statement: it goes into no dataset unless the consent ledger allows it.'}
        </p>
      ) : (
        <Facts
          domain={domain}
          facts={[
            ['Basis', bases[consent.basis], 'consent.basis'],
            ['Allows', consent.scopes.length === 0 ? 'nothing' : consent.scopes.join(', '), 'consent.scopes'],
            ['Given', consent.givenAt === null ? null : sayTime(consent.givenAt), 'consent.givenAt'],
            [
              'Text',
              consent.textSha256 === null ? null : <code key="text">{consent.textSha256.slice(0, 12)}…</code>,
              'consent.textSha256',
            ],
          ]}
        />
      )}
    </Card>
  )
}
