import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { api } from '../data/client.ts'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Line } from './option-parts.tsx'
import type { Choices } from './track-options.ts'

interface OwnTracksProps {
  readonly file: Choices['ownTracks']
  readonly onFile: (file: Choices['ownTracks']) => void
}

/** Tracks that a person brings: the file is sent at once, and read when the clip is tracked. */
export function OwnTracks({ file, onFile }: OwnTracksProps) {
  const picker = useRef<HTMLInputElement>(null)
  const send = useMutation({ mutationFn: sendFile, onSuccess: onFile })
  return (
    <Line title="Own tracks">
      <div className="stack tight grow">
        <span className="row">
          {file && <span className="grow cut">{file.name}</span>}
          {file ? (
            <button
              type="button"
              className="button quiet small"
              aria-label="Remove own tracks"
              onClick={() => onFile(null)}
            >
              Remove
            </button>
          ) : (
            <button
              type="button"
              className="button small"
              disabled={send.isPending}
              onClick={() => picker.current?.click()}
            >
              {send.isPending ? 'Sending…' : 'Choose a file…'}
            </button>
          )}
        </span>
        <input
          ref={picker}
          type="file"
          hidden
          aria-label="File of own tracks"
          accept=".csv,.json,text/csv,application/json"
          onChange={(event) => {
            const chosen = event.target.files?.[0]
            if (chosen) send.mutate(chosen)
            event.target.value = ''
          }}
        />
        {send.error ? (
          <ProblemBox error={send.error} />
        ) : (
          <small className="faint">tracks.json or tracks.csv; they are kept and followed on.</small>
        )}
      </div>
    </Line>
  )
}

async function sendFile(file: File): Promise<NonNullable<Choices['ownTracks']>> {
  // Browsers hash only on pages that came over HTTPS or from this machine.
  if (!globalThis.isSecureContext) throw new Error('files can be sent from a page on this machine, or over HTTPS')
  const bytes = await file.arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  await api.call('PUT /api/v1/blobs/{sha256}', { params: { sha256 }, body: new Blob([bytes]) })
  return { name: file.name, sha256 }
}
