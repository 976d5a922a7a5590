import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { canonicalJson } from '#core/json.ts'
import type { AnnotationEdit, ScreenEdit } from '#domains/gui/session.ts'
import { api } from '../data/client.ts'
import type { Edit } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { Icon } from '../parts/icon.tsx'
import { May } from '../people/may.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'

const ratings = [
  [1, 'Good'],
  [0, 'Neither'],
  [-1, 'Bad'],
] as const

/** Appends an edit and shows it; edits are never changed, so a new rating simply counts instead of the old one. */
export function useAddEdit(session: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ kind, before, after }: { kind: string; before: unknown; after: unknown }) =>
      api.call('POST /api/v1/edits', { body: { session, kind, before, after } }),
    onSuccess: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: ['session', session] }),
        cache.invalidateQueries({ queryKey: ['sessions'] }),
      ]),
  })
}

export function EditsCard({ session, edits }: { session: string; edits: readonly Edit[] | null }) {
  const [note, setNote] = useState('')
  const add = useAddEdit(session)
  const rating = edits?.findLast((edit) => edit.kind === 'rating')?.after ?? null
  const review = edits?.findLast((edit) => edit.kind === 'accept' || edit.kind === 'reject')?.kind ?? null
  return (
    <Card title="What people say">
      <div className="stack">
        <May needs="reviewer">
          <div className="row wrap">
            <div className="segments compact" role="group" aria-label="Rating">
              {ratings.map(([value, title]) => (
                <button
                  key={value}
                  type="button"
                  aria-pressed={ratingOf(rating) === value}
                  disabled={edits === null || add.isPending}
                  onClick={() => add.mutate({ kind: 'rating', before: rating, after: value })}
                >
                  {title}
                </button>
              ))}
            </div>
            <div className="segments compact push" role="group" aria-label="Review">
              {(['accept', 'reject'] as const).map((kind) => (
                <button
                  key={kind}
                  type="button"
                  aria-pressed={review === kind}
                  disabled={edits === null || add.isPending}
                  onClick={() => add.mutate({ kind, before: review, after: true })}
                >
                  {kind === 'accept' ? 'Accept' : 'Reject'}
                </button>
              ))}
            </div>
          </div>
          <form
            className="row"
            onSubmit={(event) => {
              event.preventDefault()
              add.mutate({ kind: 'note', before: null, after: note.trim() }, { onSuccess: () => setNote('') })
            }}
          >
            <input
              className="field grow"
              aria-label="Note"
              placeholder="Add a note"
              maxLength={2000}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
            <button type="submit" className="button" disabled={note.trim() === '' || add.isPending}>
              Add
            </button>
          </form>
        </May>
        {add.error && <ProblemBox error={add.error} />}
        <History edits={edits} />
      </div>
    </Card>
  )
}

function History({ edits }: { edits: readonly Edit[] | null }) {
  if (edits === null) return <Skeleton height={19} />
  if (edits.length === 0) return <p className="faint">Nothing said yet.</p>
  return (
    <ol className="edits" aria-label="Edits, newest first">
      {edits.toReversed().map((edit) => (
        <li key={edit.id}>
          <Icon name={iconOf(edit.kind)} size={13} />
          <div className="grow">
            <p>{inWords(edit)}</p>
            <p className="faint">
              {edit.principal}, <Ago utc={edit.at} />
              {edit.reason !== null && `: ${edit.reason}`}
            </p>
          </div>
        </li>
      ))}
    </ol>
  )
}

/** A rating stands bare or, from other recorders, as `{rating}` or `{value}`. */
function ratingOf(after: unknown): unknown {
  if (typeof after !== 'object' || after === null) return after
  const { rating, value } = after as { rating?: unknown; value?: unknown }
  return rating ?? value
}

function iconOf(kind: string) {
  if (kind === 'rating') return 'star'
  if (kind === 'accept') return 'check'
  return kind === 'reject' ? 'cross' : 'pencil'
}

function inWords({ kind, after }: Edit): string {
  if (kind === 'rating') {
    const value = ratingOf(after)
    return `Rated ${ratings.find(([known]) => known === value)?.[1].toLowerCase() ?? brief(value ?? null)}`
  }
  if (kind === 'accept') return 'Accepted'
  if (kind === 'reject') return 'Rejected'
  if (kind === 'note' || kind === 'tag') return typeof after === 'string' ? after : brief(after)
  return ownWords(kind, after) ?? `${kind}: ${brief(after)}`
}

const labelOps: Readonly<Record<AnnotationEdit['op'], string>> = {
  add: 'Added',
  move: 'Moved',
  relabel: 'Renamed',
  delete: 'Deleted',
  verify: 'Verified',
}

/** The edits that domains add, where a sentence says them better than JSON. */
function ownWords(kind: string, after: unknown): string | null {
  if (typeof after !== 'object' || after === null) return null
  if (kind === 'gui.annotation') {
    const { op, annotation, target } = after as Partial<AnnotationEdit>
    const [now, was] = [annotation?.label, target?.label]
    const label = was !== undefined && was !== now ? `“${was}” to “${now}”` : `“${now ?? was ?? '?'}”`
    return `${op ? labelOps[op] : 'Changed'} label ${label}`
  }
  if (kind === 'gui.screen') {
    const { verdict, notes } = after as Partial<ScreenEdit>
    return `Screen labels are ${verdict ?? '?'}${notes ? `: ${notes}` : ''}`
  }
  return null
}

function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : canonicalJson(value)
  return text.length > 160 ? `${text.slice(0, 160)}…` : text
}
