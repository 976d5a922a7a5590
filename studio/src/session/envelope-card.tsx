import { sayBytes, sayDuration, sayMany, sayTime } from '../data/say.ts'
import type { AnySession } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Facts } from '../parts/facts.tsx'
import { Link } from '../route/link.tsx'

/** What every session has, whatever its domain. */
export function EnvelopeCard({ session }: { session: AnySession }) {
  const { id, domain, recordedAt, host, contributor, project, schemaVersion, outcome, media } = session
  const bytes = media.reduce((sum, ref) => sum + ref.bytes, 0)
  return (
    <Card title="Session" head={<CopyButton text={id} label="Copy the id" />}>
      <Facts
        domain={domain}
        facts={[
          ['Id', <code key="id">{id}</code>, 'id'],
          [
            'Recorded',
            <time key="at" dateTime={recordedAt} title={recordedAt}>
              {sayTime(recordedAt)}
            </time>,
            'recordedAt',
          ],
          ['Took', outcome.durationMs === null ? null : sayDuration(outcome.durationMs), 'outcome.durationMs'],
          ['Host', `${host.name}${host.version === null ? '' : ` ${host.version}`}`, 'host'],
          [
            'Contributor',
            contributor === null ? null : (
              <Link key="contributor" to="/sessions" params={{ contributor }}>
                {contributor}
              </Link>
            ),
            'contributor',
          ],
          ['Project', project, 'project'],
          ['Schema', `version ${schemaVersion}`, 'schemaVersion'],
          ['Media', media.length === 0 ? null : `${sayMany(media.length, 'file')}, ${sayBytes(bytes)}`, 'media'],
          [
            'Error',
            outcome.error === null ? null : (
              <span key="error" className="tone-failed">
                {errorInWords(outcome.error)}
              </span>
            ),
            'outcome.error',
          ],
        ]}
      />
    </Card>
  )
}

function errorInWords({ code, message }: { readonly code: string | null; readonly message: string }): string {
  return code === null ? message : `${code}: ${message}`
}
