// What AutoSolve's users do with their data, in Python, on what we write: success per class of footage, and the regions
// that fail. Done anew here in the way their guide describes, with its documented fixes: the folder's "~" is expanded,
// files are opened as UTF-8, and (in the second class table) 4K and broadcast frame rates are classes of their own.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { JsonObject } from '#core/json.ts'
import type { AnySession } from '#core/session.ts'
import { needs } from '#test/needs.ts'
import { camera } from '../camera.ts'
import { cameraSessionOf } from '../fixtures.ts'
import { autosolve } from './autosolve.ts'
import {
  failedSession,
  gather,
  memorySink,
  rawSession,
  rawTrack,
  sourceOf,
  testContext,
  testExtras,
  testIntake,
  withEdits,
} from './autosolve/fixtures.ts'

const analysis = String.raw`
import json, sys
from collections import defaultdict
from pathlib import Path

sessions = []
for path in sorted(Path("~/autosolve/sessions").expanduser().glob("*.json")):
    with open(path, encoding="utf-8") as file:
        sessions.append(json.load(file))

def as_in_the_guide(width, fps):
    return f"{'HD' if width >= 1920 else 'SD'}_{int(fps)}fps"

def corrected(width, fps):
    size = "4K" if width >= 3840 else "HD" if width >= 1920 else "SD"
    return f"{size}_{60 if fps >= 50 else 30 if fps >= 28 else 24}fps"

def rates(name_of):
    groups = defaultdict(list)
    for session in sessions:
        groups[name_of(session["resolution"][0], session["fps"])].append(session["success"])
    return {name: [len(results), sum(results), sum(results) / len(results)] for name, results in groups.items()}

regions = defaultdict(lambda: [0, 0])
for session in sessions:
    for track in session["tracks"]:
        regions[track["region"]][0] += 1
        if track["contributed_to_solve"]:
            regions[track["region"]][1] += 1

json.dump({
    "guide": rates(as_in_the_guide),
    "corrected": rates(corrected),
    "regions": {name: [total, solved, solved / max(total, 1)] for name, (total, solved) in regions.items()},
}, sys.stdout)
`

interface Figures {
  readonly guide: Readonly<Record<string, readonly number[]>>
  readonly corrected: Readonly<Record<string, readonly number[]>>
  readonly regions: Readonly<Record<string, readonly number[]>>
}

const run = promisify(execFile)
const python = needs('python')

/** Writes the sessions as a data folder below a home of its own, and lets Python look at it. */
async function analyse(sessions: readonly AnySession[]): Promise<Figures> {
  const sink = memorySink()
  const data = { sessions, edits: [], documents: {}, problems: [] }
  await autosolve.write(
    withEdits(data),
    { open: () => sourceOf({}).read('') },
    sink,
    { form: 'folder' },
    testExtras(),
    testContext(),
  )
  const home = await mkdtemp(join(tmpdir(), 'autosolve-'))
  try {
    for (const [name, text] of sink.files) {
      const path = join(home, 'autosolve', name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    }
    const { stdout } = await run(python.path, ['-c', analysis], {
      env: { ...process.env, HOME: home, USERPROFILE: home },
    })
    return JSON.parse(stdout) as Figures
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

function figures(table: 'class' | 'region', sessions: readonly AnySession[]): Figures['guide'] {
  const gatherer = camera.tables[table]?.start()
  for (const session of sessions) gatherer?.add(session)
  return Object.fromEntries(
    (gatherer?.rows() ?? []).map(({ group, values }) => [group, values.slice(0, 3).map(Number)]),
  )
}

const imported = async (records: readonly JsonObject[]) => {
  const source = sourceOf(Object.fromEntries(records.map((record, i) => [`sessions/${i}.json`, record])))
  return (await gather(autosolve.read(source, testIntake, testContext()))).sessions
}

test('the guide’s own analysis of what we write gives the figures of our tables', python, async () => {
  const sessions = await imported([
    rawSession({ fps: 24 }),
    rawSession({ fps: 24, iteration: 2, solve_error: 999 }),
    rawSession({ fps: 30, tracks: [rawTrack({ region: 'mid-left', contributed_to_solve: false }), rawTrack()] }),
    failedSession({ fps: 30 }),
    failedSession({ resolution: [960, 540], fps: 60 }),
  ])
  const found = await analyse([...sessions, cameraSessionOf({ context: { fps: 24 } })])
  assert.deepEqual(found.guide, figures('class', [...sessions, cameraSessionOf({ context: { fps: 24 } })]))
  assert.deepEqual(found.guide['HD_24fps'], [3, 2, 2 / 3])
  assert.deepEqual(found.regions, figures('region', [...sessions, cameraSessionOf()]))
  assert.deepEqual(found.regions['top-left'], [5, 2, 2 / 5])
})

test('with its classes corrected it also agrees on 4K and broadcast rates', python, async () => {
  const sessions = await imported([
    rawSession({ resolution: [3840, 2160], fps: 29.97 }),
    rawSession({ resolution: [4096, 2160], fps: 23.976, success: false }),
    rawSession({ fps: 59.94 }),
    rawSession({ fps: 23.976 }),
  ])
  const found = await analyse(sessions)
  assert.deepEqual(found.corrected, figures('class', sessions))
  // What the guide's own classes make of the same data.
  assert.deepEqual(Object.keys(found.guide).sort(), ['HD_23fps', 'HD_29fps', 'HD_59fps'])
})
