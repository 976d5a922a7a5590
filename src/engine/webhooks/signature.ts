/**
 * How a receiver knows that a message is from here, and new: HMAC-SHA256 with the secret of the webhook over the time, a dot
 * and the body, as in `Hindsight-Signature: t=1700000000,v1=5257a869…`.
 */
import { createHmac, randomBytes } from 'node:crypto'

export const signatureHeader = 'hindsight-signature'

/** Shown once, when the webhook is made. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64url')}`

/** @param atS seconds since 1970 */
export function signature(secret: string, atS: number, body: string): string {
  const mac = createHmac('sha256', secret).update(`${atS}.${body}`).digest('hex')
  return `t=${atS},v1=${mac}`
}
