import type { DatasetVersion } from '#core/dataset.ts'
import { parseJson } from '#core/json.ts'
import { splitNames } from '#core/dataset.ts'
import { versionHash } from '#core/merkle.ts'
import { sha256Hex, toHex } from './hashing.ts'
import type { StepContext } from './verify-findings.ts'

interface ItemRow {
  readonly part: number
  readonly sample: string
  readonly hash: Uint8Array
  readonly redacted: number
  readonly body: string | null
}

/** Every frozen sample by its hash, and every version by the root over them. */
export function checkVersions({ db, find, progress }: StepContext): number {
  const versions = db.prepare('select id, body from version where staged_at is null order by id').all()
  let checked = 0
  for (const { id, body } of versions as { id: number; body: string }[]) {
    const version = parsedVersion(id, body, find)
    if (version === null) continue
    const name = `${version.dataset}@${version.version}`
    const rows = db
      .prepare(
        `select i.part, i.sample, i.hash, i.redacted, f.body from item i left join frozen f on f.hash = i.hash
         where i.version = ? order by i.part, i.sample`,
      )
      .iterate(id) as unknown as Iterable<ItemRow>
    let items = 0
    const leaves = function* () {
      for (const { part, sample, hash, redacted, body: frozen } of rows) {
        items++
        progress(++checked, 'items')
        const expected = toHex(hash)
        const found = frozen === null ? 'no body' : sha256Hex(frozen)
        if (redacted === 0 && found !== expected) {
          find('record.corrupt', { expected: `sha256 ${expected}`, found, where: `${name}, sample ${sample}` })
        }
        yield { hash: expected, split: splitNames[part] ?? 'train' }
      }
    }
    const root = versionHash(leaves(), sha256Hex)
    // The items of a redacted version are tombstones by now; the root is that of what it was.
    if (!version.redacted && root !== version.hash) {
      find('record.corrupt', { expected: `root ${version.hash}`, found: root, where: name })
    }
    if (items !== version.items) {
      find('record.corrupt', { expected: `${version.items} items`, found: String(items), where: name })
    }
  }
  return checked
}

function parsedVersion(id: number, body: string, find: StepContext['find']): DatasetVersion | null {
  try {
    return parseJson(body) as unknown as DatasetVersion
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    find('record.corrupt', { expected: 'the JSON of a version', found, where: `catalog.db, version ${id}` })
    return null
  }
}
