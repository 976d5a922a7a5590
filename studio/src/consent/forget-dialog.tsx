import { useState } from 'react'
import { sayCount, sayMany } from '../data/say.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Facts } from '../parts/facts.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { type ForgetPreview, type Forgotten, useForget, useForgetPreview } from './consent-api.ts'
import { ReceiptView } from './receipt-view.tsx'

/** Whom to forget, what that erases, the word that does it, and the receipt. `contributor` '' = to be typed. */
export function ForgetDialog({ contributor: given, onClose }: { contributor: string; onClose: () => void }) {
  const [name, setName] = useState(given)
  const [isAsked, setAsked] = useState(given !== '')
  if (isAsked) return <Forgetting what={{ contributor: name }} name={name} onClose={onClose} />
  const formId = 'forget-whom'
  return (
    <Dialog
      title="Forget somebody"
      onClose={onClose}
      foot={
        <button type="submit" form={formId} className="button primary" disabled={name.trim() === ''}>
          Show what would go
        </button>
      }
    >
      <form
        id={formId}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          setName(name.trim())
          setAsked(true)
        }}
      >
        <label className="labelled">
          <span>Contributor</span>
          <input className="field" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
          <small>the pseudonym in the sessions, in all projects</small>
        </label>
      </form>
    </Dialog>
  )
}

interface ForgettingProps {
  readonly what: Forgotten
  /** To be typed, so that nobody is forgotten by a slip. */
  readonly name: string
  readonly onClose: () => void
}

function Forgetting({ what, name, onClose }: ForgettingProps) {
  const { data: preview, error } = useForgetPreview(what)
  const [typed, setTyped] = useState('')
  const forget = useForget()
  if (forget.data) {
    return (
      <Dialog
        title="Forgotten"
        onClose={onClose}
        foot={
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
        }
      >
        <ReceiptView receipt={forget.data} />
      </Dialog>
    )
  }
  return (
    <Dialog
      title={`Forget ${name}`}
      onClose={onClose}
      foot={
        <>
          <button type="button" className="button" onClick={onClose}>
            Keep everything
          </button>
          <button
            type="button"
            className="button danger"
            disabled={!preview || preview.sessions + preview.journals === 0 || typed !== name || forget.isPending}
            onClick={() => forget.mutate(what)}
          >
            {forget.isPending ? 'Forgetting…' : 'Forget for ever'}
          </button>
        </>
      }
    >
      <div className="stack">
        {(error ?? forget.error) && <ProblemBox error={error ?? forget.error} />}
        {!preview && !error && <Skeleton height={160} />}
        {preview && <Preview preview={preview} />}
        {preview && preview.sessions + preview.journals > 0 && (
          <label className="labelled">
            <span>To go on, type the name: {name}</span>
            <input className="field" data-first value={typed} onChange={(event) => setTyped(event.target.value)} />
          </label>
        )}
      </div>
    </Dialog>
  )
}

function Preview({ preview }: { preview: ForgetPreview }) {
  const { sessions, edits, blobs, blobsShared, versions, exports, archives, backups, journals } = preview
  if (sessions + journals === 0) return <p className="muted">Nothing here is by this contributor.</p>
  return (
    <>
      <p>
        <strong>This cannot be undone.</strong> What goes:
      </p>
      <Facts
        facts={[
          ['Sessions', sayCount(sessions)],
          ['Being recorded', journals === 0 ? null : sayMany(journals, 'run')],
          ['Edits', sayCount(edits)],
          [
            'Pictures and files',
            `${sayCount(blobs)}${blobsShared === 0 ? '' : `; ${sayCount(blobsShared)} stay, since sessions of others use the same`}`,
          ],
          [
            'Versions',
            versions.length === 0 ? null : `${versions.join(', ')}: their samples of these sessions are blacked out`,
          ],
          ['Archives', archives.length === 0 ? null : `${archives.join(', ')}: written anew without them`],
        ]}
      />
      {(exports.length > 0 || backups.length > 0) && (
        <>
          <p>What this machine cannot reach, and the receipt names:</p>
          <Facts
            facts={[
              [
                'Exports',
                exports.length === 0 ? null : (
                  <ul key="exports">
                    {exports.map(({ id, format, target, principal }) => (
                      <li key={id}>
                        {format} by {principal}, to {target}
                      </li>
                    ))}
                  </ul>
                ),
              ],
              [
                'Backups',
                backups.length === 0
                  ? null
                  : `${sayMany(backups.length, 'backup')} still hold them until they are deleted; a restored one forgets them again`,
              ],
            ]}
          />
        </>
      )}
    </>
  )
}
