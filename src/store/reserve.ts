/** How much of a disk is left free: the store's own, and those that exports and backups go to. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DiskGuard } from './disk.ts'
import type { Database } from './sqlite-driver.ts'
import type { Writer } from './writer.ts'

const key = 'reserveBytes'

/** What a person chose; null = the usual. */
export function readReserve(db: Database): number | null {
  const row = db.prepare('select value from setting where key = ?').get(key)
  return row ? (JSON.parse(String(row['value'])) as number | null) : null
}

export async function putReserve(writer: Writer, bytes: number | null): Promise<void> {
  await writer.call('putSetting', { key, value: JSON.stringify(bytes) })
}

/** A guard for each folder that something is written to outside of the store. */
export class OtherDisks {
  readonly #reserve: () => number | null
  readonly #guards = new Map<string, DiskGuard>()

  constructor(reserve: () => number | null) {
    this.#reserve = reserve
  }

  of(folder: string): DiskGuard {
    const place = nearest(folder)
    const guard = this.#guards.get(place) ?? new DiskGuard(place, this.#reserve)
    this.#guards.set(place, guard)
    return guard
  }
}

/** The folder, or the nearest one above it that is there. */
function nearest(folder: string): string {
  let place = resolve(folder)
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place)
  return place
}
