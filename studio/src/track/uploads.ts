/** The one video that is on its way to the engine; it goes on while other pages are looked at. */
import { useSyncExternalStore } from 'react'
import { queryClient } from '../data/query-client.ts'
import { here, hrefTo, navigate } from '../route/location.ts'
import { notify } from '../shell/notices.tsx'
import { uploadClip } from './track-api.ts'

export interface Upload {
  readonly name: string
  /** Sent so far, 0 to 1. */
  readonly share: number
  readonly error: unknown
  readonly cancel: () => void
}

let upload: Upload | null = null
const listeners = new Set<() => void>()

function set(next: Upload | null): void {
  upload = next
  for (const listener of listeners) listener()
}

export function useUpload(): Upload | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => upload,
  )
}

/** Sends a video and opens its page when it has come, unless the person went elsewhere meanwhile. */
export function startUpload(file: File): void {
  if (upload && upload.error === null) {
    notify(`“${upload.name}” is still on its way.`)
    return
  }
  const stop = new AbortController()
  const told = { name: file.name, error: null, cancel: () => stop.abort() }
  set({ ...told, share: 0 })
  uploadClip(file, (share) => set({ ...told, share }), stop.signal).then(
    async ({ fingerprint }) => {
      set(null)
      await queryClient.invalidateQueries({ queryKey: ['clips'] })
      if (here().path.startsWith('/track')) navigate(hrefTo(`/track/${fingerprint}`))
      else notify(`“${file.name}” is here.`)
    },
    (error: unknown) => set(stop.signal.aborted ? null : { ...told, share: 0, error }),
  )
}
