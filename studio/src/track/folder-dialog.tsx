import { useState } from 'react'
import { sayBytes, sayMany } from '../data/say.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { useFolder } from './track-api.ts'

interface FolderDialogProps {
  readonly onChoose: (path: string) => void
  readonly onClose: () => void
}

/** The folders of the machine that the engine runs on, for choosing a video or a sequence where it lies. */
export function FolderDialog({ onChoose, onClose }: FolderDialogProps) {
  const [path, setPath] = useState<string | null>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const { data, error, isPlaceholderData } = useFolder(path)
  const go = (next: string) => {
    setPath(next)
    setTyped(null)
  }
  return (
    <Dialog title="Choose a clip" onClose={onClose}>
      <form
        className="row folder-path"
        onSubmit={(event) => {
          event.preventDefault()
          if (typed) go(typed)
        }}
      >
        <button
          type="button"
          className="button icon"
          disabled={!data?.parent}
          onClick={() => data?.parent && go(data.parent)}
          title="The folder above"
          aria-label="The folder above"
        >
          <Icon name="left" />
        </button>
        <input
          className="field grow"
          aria-label="Folder"
          spellCheck={false}
          value={typed ?? data?.path ?? path ?? ''}
          onChange={(event) => setTyped(event.target.value)}
        />
      </form>
      {data && <Crumbs path={data.path} onGo={go} />}
      <div className="folder-list" aria-busy={isPlaceholderData}>
        {error && <ProblemBox error={error} />}
        {!data && !error && <Skeleton height={280} />}
        {data && data.folders.length + data.clips.length === 0 && (
          <p className="empty small">No video, no pictures and no folder in here.</p>
        )}
        <ul>
          {data?.folders.map(({ name, path: to }) => (
            <li key={to}>
              <button type="button" onClick={() => go(to)}>
                <Icon name="folder" />
                <span className="grow cut">{name}</span>
              </button>
            </li>
          ))}
          {data?.clips.map(({ name, path: to, kind, bytes, frames }) => (
            <li key={to}>
              <button type="button" className="is-clip" onClick={() => onChoose(to)}>
                <Icon name={kind === 'video' ? 'camera' : 'film'} />
                <span className="grow cut">{name}</span>
                <span className="faint number">
                  {kind === 'sequence' ? sayMany(frames ?? 0, 'picture') : bytes === null ? '' : sayBytes(bytes)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  )
}

/** Each part of the path as a way back. */
function Crumbs({ path, onGo }: { path: string; onGo: (path: string) => void }) {
  const mark = path.includes('\\') ? '\\' : '/'
  const parts = path.split(mark).filter((part) => part !== '')
  const to = (count: number) => {
    const start = path.startsWith(mark) ? mark : ''
    const joined = start + parts.slice(0, count).join(mark)
    // A drive by itself needs its backslash.
    return joined.endsWith(':') ? joined + mark : joined
  }
  return (
    <nav className="crumbs" aria-label="Folders above">
      {path.startsWith(mark) && (
        <button type="button" onClick={() => onGo(mark)}>
          {mark}
        </button>
      )}
      {parts.map((part, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- the same name may come twice in a path
        <span key={i}>
          <button
            type="button"
            onClick={() => onGo(to(i + 1))}
            aria-current={i === parts.length - 1 ? 'location' : undefined}
          >
            {part}
          </button>
          {i < parts.length - 1 && <span className="faint"> {mark} </span>}
        </span>
      ))}
    </nav>
  )
}
