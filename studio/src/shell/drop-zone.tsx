import { useEffect, useEffectEvent, useState } from 'react'
import { ImportDialog } from '../transfer/import-dialog.tsx'
import { startUpload } from '../track/uploads.ts'
import { Icon } from '../parts/icon.tsx'
import { notify } from './notices.tsx'

interface DropZoneProps {
  readonly project: string
  /** The page is about clips: a video is taken in to be tracked. */
  readonly takesClips: boolean
}

/** What is imported rather than tracked, also where clips are taken. */
const archives = /\.(?:zip|tar|tgz|gz|json|jsonl)$/i

/** Takes files dropped anywhere on the page. */
export function DropZone({ project, takesClips }: DropZoneProps) {
  const [isOver, setOver] = useState(false)
  const [files, setFiles] = useState<readonly File[]>([])
  const take = useEffectEvent((dropped: readonly File[]) => {
    const clips = takesClips ? dropped.filter(({ name }) => !archives.test(name)) : []
    const [clip] = clips
    if (clip) startUpload(clip)
    if (clips.length > 1)
      notify('One clip at a time: the first is taken. Pictures of a sequence are opened by their path.')
    setFiles(dropped.filter((file) => !clips.includes(file)))
  })
  useEffect(() => {
    // Entering a child fires before leaving its parent, so a count says whether the pointer is still inside.
    let depth = 0
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (hasFiles(event) && ++depth === 1) setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (hasFiles(event) && --depth === 0) setOver(false)
    }
    const over = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault()
    }
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      depth = 0
      setOver(false)
      take(filesOf(event))
    }
    const listeners = { dragenter: enter, dragleave: leave, dragover: over, drop } as const
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name, listener as EventListener)
    return () => {
      for (const [name, listener] of Object.entries(listeners))
        window.removeEventListener(name, listener as EventListener)
    }
  }, [])
  return (
    <>
      {isOver && (
        <div className="drop-veil" aria-hidden="true">
          <span>
            <Icon name="upload" size={32} />
          </span>
          <strong>{takesClips ? 'Drop a video to track it' : `Drop to import into “${project}”`}</strong>
          <span className="muted">
            {takesClips
              ? 'it is copied into the data directory; a clip of this machine is better opened by its path'
              : 'zip, tar, tar.gz, json or jsonl; what it is, is found out'}
          </span>
        </div>
      )}
      {files.length > 0 && <ImportDialog project={project} files={files} onClose={() => setFiles([])} />}
    </>
  )
}

function filesOf({ dataTransfer }: DragEvent): readonly File[] {
  const items = [...(dataTransfer?.items ?? [])].filter((item) => item.kind === 'file')
  // A folder looks like a file until it is asked; the browser cannot send it as one.
  const hasFolder = items.some((item) => item.webkitGetAsEntry()?.isDirectory === true)
  if (hasFolder) notify('A folder cannot be sent from a page: zip it, or use “npx hindsight import FOLDER”.')
  const files = items.filter((item) => item.webkitGetAsEntry()?.isDirectory !== true).map((item) => item.getAsFile())
  return files.filter((file) => file !== null)
}
