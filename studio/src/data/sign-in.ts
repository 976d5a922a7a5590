/**
 * What every request of the page needs to know of who is signed in. A cookie says it to the engine; beside it, what changes
 * something carries a value that only a page of ours can know. When the sign-in ends while somebody works, requests wait until it
 * is renewed and are then sent again: nothing that was typed or drawn is lost.
 */
import { useSyncExternalStore } from 'react'
import type { Reply } from '#http/contract.ts'

export type Me = Reply<'GET /api/v1/me'>

const csrfHeader = 'x-hindsight-csrf'

let me: Me | null = null
/** While somebody has to sign in again: what settles with whether they did. */
let waiting: { readonly renewed: Promise<boolean>; readonly settle: (isRenewed: boolean) => void } | null = null
const listeners = new Set<() => void>()

function announce(): void {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Whoever the engine says is asking. */
export function setMe(next: Me): void {
  me = next
}

/** Beside the cookie, for a request that changes something and that `fetchSigned` does not send. */
export function changeHeaders(): Readonly<Record<string, string>> {
  return me?.csrf ? { [csrfHeader]: me.csrf } : {}
}

/** Whether somebody has to sign in again before the page can go on. */
export function useSignInEnded(): boolean {
  return useSyncExternalStore(subscribe, () => waiting !== null)
}

/** Lets the requests that waited go: on, when the sign-in was renewed, or to their refusal. */
export function endWait(isRenewed: boolean): void {
  waiting?.settle(isRenewed)
  waiting = null
  announce()
}

/** `fetch`, which waits for a new sign-in where one has ended. A body that can be read once only is not sent again. */
export const fetchSigned: typeof fetch = async (input, init) => {
  const response = await fetch(input, signed(init))
  if (me?.principal?.via !== 'cookie' || init?.body instanceof ReadableStream || isAboutSignIn(input)) return response
  const mayGoOn = response.status === 401 ? await renewed() : response.status === 403 && (await isOutdated(response))
  return mayGoOn ? fetch(input, signed(init)) : response
}

/** Somebody signed in anew in another tab: what proves a request ours is another since, and is asked for. */
async function isOutdated(refused: Response): Promise<boolean> {
  const problem = (await refused
    .clone()
    .json()
    .catch(() => null)) as { readonly code?: unknown } | null
  if (problem?.code !== 'request.csrf') return false
  const answer = await fetch('/api/v1/me', { headers: { accept: 'application/json' } })
  if (!answer.ok) return false
  const next = (await answer.json()) as Me
  // Another person's page must not send what this one meant.
  if (next.principal?.name !== me?.principal?.name) return false
  setMe(next)
  return true
}

function signed(init: RequestInit = {}): RequestInit {
  if ((init.method ?? 'GET') === 'GET') return init
  return { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...changeHeaders() } }
}

/** A wrong password is no reason to ask for it over and over. */
function isAboutSignIn(input: RequestInfo | URL): boolean {
  const address = input instanceof Request ? input.url : String(input)
  return /\/api\/v1\/(?:sign-in|sign-out|me)\b/.test(address)
}

function renewed(): Promise<boolean> {
  if (waiting === null) {
    let settle = (_isRenewed: boolean): void => {}
    const promise = new Promise<boolean>((resolve) => (settle = resolve))
    waiting = { renewed: promise, settle }
    announce()
  }
  return waiting.renewed
}
