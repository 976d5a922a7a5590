import { sayCount, sayTime } from '../data/say.ts'
import { Facts } from '../parts/facts.tsx'
import { Icon } from '../parts/icon.tsx'
import type { Receipt } from './consent-api.ts'

/** What was erased, and what only others can delete; to be kept by whoever asked for it. */
export function ReceiptView({ receipt }: { receipt: Receipt }) {
  const { exports, backups, versions } = receipt
  return (
    <div className="stack">
      <Facts
        facts={[
          ['Receipt', <code key="id">{receipt.id}</code>],
          ['When', sayTime(receipt.at)],
          ['By', receipt.principal],
          ['Sessions', sayCount(receipt.sessions)],
          ['Edits', sayCount(receipt.edits)],
          ['Pictures and files', sayCount(receipt.blobs)],
          ['Kept for others', receipt.blobsShared === 0 ? null : sayCount(receipt.blobsShared)],
          ['Versions blacked out', versions.join(', ')],
          ['Archives written anew', receipt.archives.rewritten.join(', ')],
          ['Archives not found', receipt.archives.absent.join(', ')],
          [
            'Backups',
            backups.length === 0 ? null : `${backups.join(', ')}: delete them, or they forget when they are restored`,
          ],
        ]}
      />
      {exports.length > 0 && (
        <div className="stack tight">
          <h3>Exports that others hold</h3>
          <ul className="stack tight">
            {exports.map(({ id, what, format, target, at, principal }) => (
              <li key={id} className="wrap-anywhere">
                {what} as {format}, to {target}, on {sayTime(at)} by {principal}
              </li>
            ))}
          </ul>
        </div>
      )}
      <div>
        <button type="button" className="button" onClick={() => download(receipt)}>
          <Icon name="download" size={14} /> Download the receipt
        </button>
      </div>
    </div>
  )
}

/** The receipt as a file, as the engine gave it. */
function download(receipt: Receipt): void {
  const file = new Blob([`${JSON.stringify(receipt, null, 2)}\n`], { type: 'application/json' })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = `receipt-${receipt.id}.json`
  link.click()
  // The browser has taken the bytes when the click returns.
  URL.revokeObjectURL(link.href)
}
