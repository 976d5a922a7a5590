import { hash as hashOnce } from 'node:crypto'

/** SHA-256 as 64 hex digits; text as UTF-8. */
export const sha256Hex = (data: string | Uint8Array): string => hashOnce('sha256', data, 'hex')

export const sha256Bytes = (data: string | Uint8Array): Uint8Array => hashOnce('sha256', data, 'buffer')

export const fromHex = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

export const toHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
