import { sayBytes, sayCount } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Ago } from '../parts/time.tsx'
import type { Care } from './care-api.ts'

/** The backups that there are, and how one is brought back. */
export function Backups({ backups }: { backups: Care['backups'] }) {
  const [newest] = backups
  return (
    <Card title="Backups" flush>
      {newest === undefined ? (
        <div className="empty small">
          <strong>There is no backup.</strong>
          Until there is one, a broken disk takes everything with it.
        </div>
      ) : (
        <>
          <table className="plain">
            <thead>
              <tr>
                <th>Made</th>
                <th>Where</th>
                <th className="right">Sessions</th>
                <th className="right">Blobs</th>
                <th className="right">Size</th>
              </tr>
            </thead>
            <tbody>
              {backups.map(({ path, at, sessions, blobs, bytes }) => (
                <tr key={path}>
                  <td>
                    <Ago utc={at} />
                  </td>
                  <td className="wrap-anywhere">
                    <code>{path}</code>
                  </td>
                  <td className="right">{sayCount(sessions)}</td>
                  <td className="right">{sayCount(blobs)}</td>
                  <td className="right">{sayBytes(bytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className="card-note row">
            <span className="muted wrap-anywhere">
              Brought back into an empty place: <code>{restoreCommand(newest.path)}</code>
            </span>
            <CopyButton text={restoreCommand(newest.path)} label="Copy the command" />
          </div>
        </>
      )}
    </Card>
  )
}

/** Quoted for a shell, whatever the folder is called. */
const restoreCommand = (path: string) => `npx hindsight restore '${path.replaceAll("'", `'\\''`)}' --data restored`
