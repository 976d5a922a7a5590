/** Sends one message to one pinned address, and follows nothing. */
import { request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Fault } from '#core/faults.ts'
import type { DueDelivery } from '#core/webhook-store.ts'
import { pinnedAddress, type Resolve, resolveByDns, webhookUrl } from './address.ts'
import { signature, signatureHeader } from './signature.ts'

export interface SendOptions {
  readonly userAgent: string
  readonly nowMs: number
  readonly resolve?: Resolve
  /** For connecting, sending and the answer together. Default 10 s. */
  readonly timeoutMs?: number
}

/** How it went: the status of the answer, or why there was none. */
export interface Sent {
  readonly ok: boolean
  readonly status: number | null
  readonly said: string | null
}

/** The message, as the receiver gets it. */
export const messageOf = ({ id, event, at, about }: DueDelivery): string =>
  JSON.stringify({ id, event, at, data: about })

/** Throws nothing: what goes wrong is how it went. */
export async function sendDelivery(delivery: DueDelivery, options: SendOptions): Promise<Sent> {
  try {
    const status = await post(delivery, options)
    const ok = status >= 200 && status < 300
    const redirect = status >= 300 && status < 400
    return { ok, status, said: ok ? null : redirect ? 'a redirect, which is not followed' : `status ${status}` }
  } catch (error) {
    const said = error instanceof Fault ? error.message : error instanceof Error ? error.message : String(error)
    return { ok: false, status: null, said: said.slice(0, 300) }
  }
}

async function post(delivery: DueDelivery, options: SendOptions): Promise<number> {
  const url = webhookUrl(delivery.url)
  const { address, family } = await pinnedAddress(url, delivery.internal, options.resolve ?? resolveByDns)
  const body = messageOf(delivery)
  const atS = Math.floor(options.nowMs / 1000)
  const pinned: Partial<RequestOptions> = {
    // Whatever the name means by now.
    lookup: (_host, asked, done) =>
      asked.all === true ? done(null, [{ address, family }]) : done(null, address, family),
    // A connection of its own: a kept one might be another name's.
    agent: false,
  }
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': options.userAgent,
    'hindsight-event': delivery.event,
    'hindsight-delivery': delivery.id,
    [signatureHeader]: signature(delivery.secret, atS, body),
  }
  const signal = AbortSignal.timeout(options.timeoutMs ?? 10_000)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const sent = send(url, { ...pinned, method: 'POST', headers, signal }, (answer) => {
      // Only the status matters; what else it says is not read.
      resolve(answer.statusCode ?? 0)
      answer.destroy()
    })
    sent.on('error', (error) => reject(signal.aborted ? new Error('no answer in time') : error))
    sent.end(body)
  })
}
