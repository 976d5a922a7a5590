/** Identifiers: UUIDv7 (RFC 9562), made by whoever records, so that sending a record twice is harmless. */
import type { Rng } from './rng.ts'

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const sha256Pattern = /^[0-9a-f]{64}$/

export const isUuid = (text: string): boolean => uuidPattern.test(text)
export const isSha256 = (text: string): boolean => sha256Pattern.test(text)

/**
 * A UUIDv7: 48 bits of Unix milliseconds, then 74 random bits, so ids sort by time of creation.
 *
 * @param nowMs Unix time in milliseconds
 */
export function uuidv7(nowMs: number, rng: Pick<Rng, 'int'>): string {
  const time = Math.floor(nowMs).toString(16).padStart(12, '0')
  const hex = (digits: number) => {
    let text = ''
    for (let i = 0; i < digits; i++) text += rng.int(16).toString(16)
    return text
  }
  const variant = (8 + rng.int(4)).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${variant}${hex(3)}-${hex(12)}`
}

/**
 * A UUID (version 8, RFC 9562) that depends on nothing but `hash`: importing the same foreign record twice, or in
 * another order, gives the same id.
 *
 * @param hash 64 hex digits, the SHA-256 of what identifies the foreign record
 */
export function uuidFromHash(hash: string): string {
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 3) | 8).toString(16)
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
