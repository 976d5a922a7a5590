/**
 * One process full of recorders, each with a spool of its own on the disk, as if each were a program of its own. Told what to do
 * by the process that started it: see `run.ts`.
 */
import { join } from 'node:path'
import { createRecorder, diskSpool, type Recorder } from '#client/node.ts'

/** What the process is told, one after the other. */
export type Told =
  | {
      readonly what: 'record'
      readonly base: string
      readonly folder: string
      readonly from: number
      readonly recorders: number
      readonly each: number
    }
  | { readonly what: 'flush'; readonly timeoutMs: number }

export interface Said {
  readonly ids: readonly string[]
  readonly arrived: number
  readonly waiting: number
  readonly lost: readonly string[]
  /** Answers by status; `none` where there was none. */
  readonly answers: Readonly<Record<string, number>>
  /** When each recorder had all of its own at the engine, ms after it was asked. */
  readonly afterMs: readonly number[]
  readonly peakMb: number
}

const recorders: Recorder[] = []
const ids: string[] = []
const answers: Record<string, number> = {}

const counting: typeof fetch = async (input, init) => {
  const count = (what: string) => (answers[what] = (answers[what] ?? 0) + 1)
  try {
    const response = await fetch(input, init)
    count(String(response.status))
    return response
  } catch (error) {
    count('none')
    throw error
  }
}

async function record({ base, folder, from, recorders: count, each }: Told & { what: 'record' }): Promise<Said> {
  for (let i = from; i < from + count; i++) {
    const spool = diskSpool(join(folder, String(i)))
    const recorder = createRecorder({
      base,
      host: { name: 'outage', version: String(i) },
      project: 'outage',
      spool,
      fetch: counting,
    })
    recorders.push(recorder)
    for (let k = 0; k < each; k++) {
      ids.push(
        recorder.record({
          domain: 'images',
          context: { instruction: `edit ${k} of program ${i}` },
          settings: { values: { model: 'editor-large', seed: i, strength: 0.5 } },
          outcome: { status: 'failed', durationMs: 1000 + k },
        }),
      )
    }
    // A few at a time: it is not the recording that is measured.
    if (recorders.length % 100 === 0) await Promise.all(recorders.slice(-100).map((one) => one.stored()))
  }
  await Promise.all(recorders.map((one) => one.stored()))
  return said([], [])
}

async function flush({ timeoutMs }: Told & { what: 'flush' }): Promise<Said> {
  const start = performance.now()
  const afterMs: number[] = []
  const results = await Promise.all(
    recorders.map(async (recorder) => {
      const result = await recorder.flush({ timeoutMs })
      if (result.arrived) afterMs.push(Math.round(performance.now() - start))
      return result
    }),
  )
  await Promise.all(recorders.map((recorder) => recorder.close()))
  return said(results, afterMs)
}

function said(results: readonly Awaited<ReturnType<Recorder['flush']>>[], afterMs: readonly number[]): Said {
  return {
    ids,
    arrived: results.filter(({ arrived }) => arrived).length,
    waiting: results.reduce((sum, { waiting }) => sum + waiting, 0),
    lost: results.flatMap(({ lost }) => lost.map(({ problem }) => problem.code)),
    answers: { ...answers },
    afterMs,
    peakMb: Math.round(process.resourceUsage().maxRSS / 1000),
  }
}

process.on('message', (told: Told) => {
  void (told.what === 'record' ? record(told) : flush(told)).then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit())
