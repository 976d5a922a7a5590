import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { Clip } from '#http/contract.ts'
import { api } from '../data/client.ts'
import { sayMany } from '../data/say.ts'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import { Link } from '../route/link.tsx'
import { hrefTo, navigate } from '../route/location.ts'
import { Page } from '../shell/page.tsx'
import { useKeys } from '../shell/use-keys.ts'
import { clipFacts } from './clip-words.ts'
import { FolderDialog } from './folder-dialog.tsx'
import { frameUrl, useClips } from './track-api.ts'
import { TrainingPanel } from './training-panel.tsx'
import { startUpload, useUpload } from './uploads.ts'
import './track.css'

/** Where tracking begins: a clip is chosen, dropped, or taken from those that are known. */
export function StartPage({ project }: { project: string }) {
  const { data: clips, error } = useClips()
  const [isChoosing, setChoosing] = useState(false)
  const cache = useQueryClient()
  const open = useMutation({
    mutationFn: (path: string) => api.call('POST /api/v1/clips', { body: { path } }),
    async onSuccess(clip) {
      await cache.invalidateQueries({ queryKey: ['clips'] })
      goTo(clip)
    },
  })
  useKeys({ o: () => setChoosing(true) })
  return (
    <Page title="Track">
      <div className="page-body track-start">
        <div className="stack">
          <ClipDoor
            onChoose={() => setChoosing(true)}
            onPath={(path) => open.mutate(path)}
            isOpening={open.isPending}
          />
          <UploadLine />
          {open.error && <ProblemBox error={open.error} />}
          {error && <ProblemBox error={error} />}
          <section className="stack tight" aria-label="Recent clips">
            <h2>Recent clips</h2>
            {!clips && !error && <Skeleton height={180} />}
            {clips?.items.length === 0 && <p className="faint">The clips that you track will be here.</p>}
            <ul className="clip-grid">
              {clips?.items.map((clip) => (
                <ClipCard key={clip.fingerprint} clip={clip} />
              ))}
            </ul>
          </section>
        </div>
        <aside>
          <TrainingPanel project={project} />
        </aside>
      </div>
      {isChoosing && (
        <FolderDialog
          onClose={() => setChoosing(false)}
          onChoose={(path) => {
            setChoosing(false)
            open.mutate(path)
          }}
        />
      )}
    </Page>
  )
}

const goTo = ({ fingerprint }: Clip) => navigate(hrefTo(`/track/${fingerprint}`))

interface ClipDoorProps {
  readonly onChoose: () => void
  readonly onPath: (path: string) => void
  readonly isOpening: boolean
}

function ClipDoor({ onChoose, onPath, isOpening }: ClipDoorProps) {
  const [path, setPath] = useState('')
  const picker = useRef<HTMLInputElement>(null)
  return (
    <div className="clip-door">
      <Icon name="film" size={30} />
      <strong>From footage to camera</strong>
      <span className="muted">Drop a video anywhere on this page, or choose one where it lies.</span>
      <div className="row">
        <button type="button" className="button primary" onClick={onChoose} disabled={isOpening}>
          Choose a clip… <kbd>o</kbd>
        </button>
        <button type="button" className="button" onClick={() => picker.current?.click()}>
          <Icon name="upload" size={14} /> Upload…
        </button>
        <input
          ref={picker}
          type="file"
          hidden
          accept="video/*,.mov,.mkv,.mxf,.mp4,.avi,.webm"
          onChange={(event) => {
            const file = event.target.files?.[0]
            if (file) startUpload(file)
            event.target.value = ''
          }}
        />
      </div>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          const given = path.trim().replace(/^"(.*)"$/, '$1')
          if (given !== '') onPath(given)
        }}
      >
        <input
          className="field grow"
          aria-label="Path of a clip"
          placeholder="or paste a path: a video, a folder of pictures, shot.%04d.png"
          spellCheck={false}
          value={path}
          onChange={(event) => setPath(event.target.value)}
        />
        <button type="submit" className="button" disabled={path.trim() === '' || isOpening}>
          {isOpening ? 'Opening…' : 'Open'}
        </button>
      </form>
    </div>
  )
}

function UploadLine() {
  const upload = useUpload()
  if (!upload) return null
  const { name, share, error, cancel } = upload
  if (error !== null) return <ProblemBox error={error} />
  return (
    <div className="stack tight" role="status">
      <div className="row">
        <span className="grow cut">{share < 1 ? `Sending ${name}` : `Looking at ${name}`}</span>
        <span className="faint number">{Math.round(share * 100)} %</span>
        <button type="button" className="button small" onClick={cancel}>
          Cancel
        </button>
      </div>
      <div className={`progress${share < 1 ? '' : ' unknown'}`}>
        <div style={share < 1 ? { width: `${share * 100}%` } : undefined} />
      </div>
    </div>
  )
}

function ClipCard({ clip }: { clip: Clip }) {
  const { fingerprint, name, isThere, sessions, addedAt, info } = clip
  const cache = useQueryClient()
  const forget = useMutation({
    mutationFn: () => api.call('DELETE /api/v1/clips/{fingerprint}', { params: { fingerprint } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['clips'] }),
  })
  const [broken, setBroken] = useState(false)
  return (
    <li className="clip-card">
      <Link to={`/track/${fingerprint}`}>
        <span className="clip-thumb">
          {isThere && !broken ? (
            <img
              src={frameUrl(fingerprint, Math.floor(info.frameCount / 2), 480)}
              alt=""
              loading="lazy"
              onError={() => setBroken(true)}
            />
          ) : (
            <Icon name="film" size={26} />
          )}
        </span>
        <strong className="cut">{name}</strong>
        <span className="faint cut">{isThere ? clipFacts(clip) : 'no longer where it lay'}</span>
        <span className="faint cut">
          {sessions === 0 ? 'not tracked yet' : sayMany(sessions, 'attempt')} · <Ago utc={addedAt} />
        </span>
      </Link>
      <button
        type="button"
        className="button quiet icon tiny"
        title="Forget where this clip lies; its sessions stay"
        aria-label={`Forget ${name}`}
        onClick={() => forget.mutate()}
      >
        <Icon name="close" size={12} />
      </button>
    </li>
  )
}
