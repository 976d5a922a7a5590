import { useEffect, useState } from 'react'
import { sayCount, sayTime } from '../data/say.ts'
import { Facts } from '../parts/facts.tsx'
import { Icon } from '../parts/icon.tsx'
import type { Receipt } from './consent-api.ts'

/** What was erased, and what only others can delete; to be kept by whoever asked for it. */
export function ReceiptView({ receipt }: { receipt: Receipt }) {
  const href = useFile(receipt)
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
      {href !== null && (
        <div>
          <a className="button" href={href} download={`receipt-${receipt.id}.json`}>
            <Icon name="download" size={14} /> Download the receipt
          </a>
        </div>
      )}
    </div>
  )
}

/** An address for the receipt as a file, as long as it is shown. */
function useFile(receipt: Receipt): string | null {
  const [href, setHref] = useState<string | null>(null)
  useEffect(() => {
    const file = new Blob([`${JSON.stringify(receipt, null, 2)}\n`], { type: 'application/json' })
    const address = URL.createObjectURL(file)
    setHref(address)
    return () => URL.revokeObjectURL(address)
  }, [receipt])
  return href
}
