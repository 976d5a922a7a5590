/** The address bar as the one place where the page keeps what it shows. */
import { useSyncExternalStore } from 'react'

export interface Place {
  readonly path: string
  readonly search: URLSearchParams
  /** The project that everything shown belongs to; `default` when the address names none. */
  readonly project: string
}

export type Params = Readonly<Record<string, string | readonly string[] | null | undefined>>

const listeners = new Set<() => void>()
const announce = () => {
  for (const listener of listeners) listener()
}
window.addEventListener('popstate', announce)

export const defaultProject = 'default'

let cached: { readonly href: string; readonly place: Place } | null = null

/** The present place; the same object as long as the address is the same. */
export function here(): Place {
  const href = window.location.pathname + window.location.search
  if (cached?.href !== href) {
    const search = new URLSearchParams(window.location.search)
    const project = search.get('project') ?? defaultProject
    cached = { href, place: { path: window.location.pathname, search, project } }
  }
  return cached.place
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, here)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** An address within the studio; stays in the present project unless `params` names another. */
export function hrefTo(path: string, params: Params = {}): string {
  const search = new URLSearchParams()
  const { project } = here()
  for (const [name, value] of Object.entries({ project, ...params })) {
    if (name === 'project' && value === defaultProject) continue
    for (const item of typeof value === 'string' ? [value] : (value ?? [])) if (item !== '') search.append(name, item)
  }
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}

export function navigate(href: string, { replace = false } = {}): void {
  if (href === window.location.pathname + window.location.search) return
  window.history[replace ? 'replaceState' : 'pushState'](null, '', href)
  announce()
}

/** Changes some parameters of the present address and keeps the others; null or '' removes one. */
export function changeParams(changes: Params, { replace = false } = {}): void {
  const { path, search } = here()
  const next: Record<string, readonly string[]> = {}
  for (const name of search.keys()) next[name] = search.getAll(name)
  navigate(hrefTo(path, { ...next, ...changes }), { replace })
}
