import { CopyButton } from '../parts/copy-button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import type { MadeKey } from './people-api.ts'

/** The one time that a secret is shown. */
export function MadeSecret({ made: { key, secret }, onClose }: { made: MadeKey; onClose: () => void }) {
  const use =
    key.kind === 'token'
      ? `curl -H "Authorization: Bearer ${secret}" ${window.location.origin}/api/v1/projects`
      : `createRecorder({ url: '${window.location.origin}', key: '${secret}' })`
  return (
    <Dialog
      title={`${key.name} is made`}
      onClose={onClose}
      foot={
        <button type="button" className="button primary" onClick={onClose}>
          I have kept it
        </button>
      }
    >
      <div className="stack">
        <p>This is the secret. It is shown now and never again: only a hash of it is kept here.</p>
        <Shown label="Secret" text={secret} />
        <details className="inner">
          <summary>How it is used</summary>
          <Shown label="Example" text={use} />
        </details>
      </div>
    </Dialog>
  )
}

function Shown({ label, text }: { label: string; text: string }) {
  return (
    <div className="row secret">
      <code className="grow wrap-anywhere" aria-label={label}>
        {text}
      </code>
      <CopyButton text={text} label={`Copy: ${label}`} />
    </div>
  )
}
