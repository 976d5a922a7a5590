import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useKeys } from '../shell/use-keys.ts'
import { changesOf, edited, noHistory, redo, undo, without, withReason, withStep } from './changes.ts'
import type { EditedTracks, History, Step } from './changes.ts'
import type { EditActions } from './edit-panel.tsx'
import { deleteMarkersStep, deleteStep, disableStep } from './edit-steps.ts'
import type { ToolName } from './edit-tool.ts'
import type { ClipTracks } from './track-data.ts'

export interface Edits {
  /** null while there are no tracks. */
  readonly tracks: EditedTracks | null
  readonly history: History
  readonly selected: ReadonlySet<number>
  readonly select: (tracks: ReadonlySet<number>) => void
  readonly addStep: (step: Step) => void
  readonly actions: EditActions
  readonly tool: ToolName
  readonly setTool: (tool: ToolName) => void
  readonly clear: () => void
}

const nobody: ReadonlySet<number> = new Set()

interface EditsOptions {
  /** Of the result that is changed. */
  readonly key: string
  readonly before: ClipTracks | null
  /** Keys act on tracks, and not on something else that is being drawn. */
  readonly hasKeys: boolean
  /** The person began to change something. */
  readonly onUse: () => void
}

/** What is chosen and changed of the tracks of one result; another result begins with nothing. */
export function useEdits({ key, before, hasKeys, onUse }: EditsOptions): Edits {
  const [history, change] = useKeyed(key, noHistory)
  const [selected, changeSelected] = useKeyed(key, nobody)
  const [tool, setToolName] = useState<ToolName>('select')
  const tracks = useMemo(() => before && edited(before, changesOf(history)), [before, history])

  const select = useCallback((ids: ReadonlySet<number>) => changeSelected(() => ids), [changeSelected])
  const addStep = useCallback(
    (step: Step) => {
      if (step.changes.length === 0) return
      change((now) => withStep(now, step))
      onUse()
    },
    [change, onUse],
  )
  const setTool = (name: ToolName) => {
    setToolName(name)
    onUse()
  }
  const size = before?.clip ?? { widthPx: 1, heightPx: 1, frameCount: 1 }
  const actions: EditActions = {
    delete() {
      if (!tracks || selected.size === 0) return
      addStep(deleteStep(selected, tracks, size))
      select(nobody)
    },
    disable() {
      if (tracks && selected.size > 0) addStep(disableStep(selected, tracks, size))
    },
    deleteMarkers(from, to) {
      if (tracks) addStep(deleteMarkersStep(selected, tracks, from, to))
    },
    undo: () => change(undo),
    redo: () => change(redo),
    takeBack: (index) => change((now) => without(now, index)),
    giveReason: (reason) => change((now) => withReason(now, reason)),
  }
  useKeys(
    before === null || !hasKeys
      ? {}
      : {
          v: () => setTool('select'),
          m: () => setTool('move'),
          a: () => setTool('add'),
          d: actions.disable,
          x: actions.delete,
          Delete: actions.delete,
          Backspace: actions.delete,
          Escape: () => select(nobody),
        },
  )
  useCommandKeys({ undo: actions.undo, redo: actions.redo })
  return { tracks, history, selected, select, addStep, actions, tool, setTool, clear: () => change(() => noHistory) }
}

/** State that begins anew with each key. */
function useKeyed<T>(key: string, first: T): readonly [T, (next: (before: T) => T) => void] {
  const [held, setHeld] = useState({ key, value: first })
  const change = useCallback(
    (next: (before: T) => T) => setHeld((now) => ({ key, value: next(now.key === key ? now.value : first) })),
    [key, first],
  )
  return [held.key === key ? held.value : first, change]
}

/** Undo and redo as everywhere; the browser's own undo stays in fields. */
function useCommandKeys(commands: { readonly undo: () => void; readonly redo: () => void }): void {
  const latest = useRef(commands)
  useEffect(() => {
    latest.current = commands
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      if (event.target instanceof HTMLInputElement || document.querySelector('dialog[open]')) return
      const key = event.key.toLowerCase()
      if (key === 'z') latest.current[event.shiftKey ? 'redo' : 'undo']()
      else if (key === 'y') latest.current.redo()
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}
