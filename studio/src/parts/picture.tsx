import { useState } from 'react'
import { api } from '../data/client.ts'
import type { DomainName } from '../data/types.ts'
import { Icon } from './icon.tsx'

export const pictureUrl = (sha256: string): string => api.url('GET /api/v1/blobs/{sha256}', { params: { sha256 } })

/** In a few fixed widths, so that the browser's cache is hit. */
export function thumbnailUrl(sha256: string, widthPx: number): string {
  const width = widthPx <= 80 ? 160 : widthPx <= 240 ? 480 : 960
  return api.url('GET /api/v1/blobs/{sha256}/thumbnail', { params: { sha256 }, query: { width } })
}

interface ThumbnailProps {
  readonly sha256: string | null
  readonly domain: DomainName
  readonly width: number
  readonly height: number
}

/** A small picture of fixed size, or the sign of the domain where there is none. */
export function Thumbnail({ sha256, domain, width, height }: ThumbnailProps) {
  const [broken, setBroken] = useState<string | null>(null)
  if (sha256 === null || sha256 === broken) {
    return (
      <span className={`picture-none tone-${domain}`} style={{ width, height }}>
        <Icon name={domain} size={Math.min(28, height / 2)} />
      </span>
    )
  }
  return (
    <img
      className="picture"
      src={thumbnailUrl(sha256, width)}
      width={width}
      height={height}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => setBroken(sha256)}
    />
  )
}
