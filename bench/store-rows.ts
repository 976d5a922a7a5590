/** Seeded session rows for the benches of the store: real canonical JSON, 10 facets, words to search. */
import { createHash } from 'node:crypto'
import { canonicalJson } from '#core/json.ts'
import { seededRng } from '#core/rng.ts'
import type { SessionRow } from '#core/store.ts'

const words = 'camera pan tilt drone walk forest street night rain crowd window door sky water snow car'.split(' ')
const labels = ['HD 24', 'HD 30', '4K 24', '4K 30', '4K 60', 'SD 25'] as const
const domains = ['camera', 'images', 'gui'] as const
const day = 86_400_000
const start = Date.UTC(2025, 0, 1)

/** @param bytes about how long the record is */
export function benchRow(index: number, bytes: number): SessionRow {
  const rng = seededRng(index + 1)
  const hex = (digits: number) => Array.from({ length: digits }, () => rng.int(16).toString(16)).join('')
  const recordedAtMs = start + index * 30_000 + rng.int(day)
  const id = `${recordedAtMs
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/, '$1-')}-7${hex(3)}-8${hex(3)}-${hex(12)}`
  const domain = domains[rng.int(3)] ?? 'gui'
  const status = rng.int(100) < 90 ? 'succeeded' : rng.int(2) === 0 ? 'failed' : 'partial'
  const contributor = `contributor-${rng.int(500)}`
  const tracks: number[] = []
  for (let size = 500; size < bytes; size += 19) tracks.push(rng.next())
  const body = canonicalJson({ id, domain, contributor, recordedAtMs, status, tracks })
  return {
    id,
    project: 'bench',
    domain,
    schemaVersion: 1,
    recordedAtMs,
    status,
    contributor,
    host: 'bench',
    parent: null,
    hash: createHash('sha256').update(body).digest('hex'),
    body,
    summary: `${rng.int(80)} tracks`,
    facets: [
      { key: 'class', text: labels[rng.int(labels.length)] ?? 'HD 24' },
      { key: 'motion', text: ['low', 'medium', 'high'][rng.int(3)] ?? 'low' },
      { key: 'lens', text: `lens ${rng.int(40)}` },
      { key: 'rare', text: rng.int(10_000) === 0 ? 'yes' : 'no' },
      { key: 'fps', number: [24, 25, 30, 60][rng.int(4)] ?? 24 },
      { key: 'tracks', number: rng.int(200) },
      { key: 'error', number: Math.round(rng.next() * 1000) / 1000 },
      { key: 'duration', number: rng.int(100_000) },
      { key: 'width', number: [960, 1920, 3840][rng.int(3)] ?? 960 },
      { key: 'frames', number: rng.int(5_000) },
    ],
    searchText: Array.from({ length: 8 }, () => words[rng.int(words.length)]).join(' ') + ` clip${rng.int(100_000)}`,
    media: [],
    cover: null,
  }
}
