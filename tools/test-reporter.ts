// A reporter for `node --test`: a line per file, failures in full with their place, and what a file printed only when it
// failed. It leaves the counts in the file that HINDSIGHT_TEST_SUMMARY names, for the runner to add up.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'
import { inspect, styleText } from 'node:util'

export interface Summary {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly skips: readonly Skip[]
}

export interface Skip {
  readonly reason: string
  readonly file: string
}

type Fail = Extract<TestEvent, { type: 'test:fail' }>['data']
type Pass = Extract<TestEvent, { type: 'test:pass' }>['data']
type Totals = Extract<TestEvent, { type: 'test:summary' }>['data']

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const output = new Map<string, string>()
  const skips: Skip[] = []
  let emptyFiles = 0
  for await (const event of source) {
    switch (event.type) {
      case 'test:stdout':
      case 'test:stderr':
        output.set(event.data.file, (output.get(event.data.file) ?? '') + event.data.message)
        break
      case 'test:pass':
        if (typeof event.data.skip === 'string') skips.push({ reason: event.data.skip, file: shown(event.data.file) })
        if (isEmptyFile(event.data)) {
          emptyFiles++
          yield `${styleText('red', '✖')} ${shown(event.data.file)} has no test\n`
        }
        break
      case 'test:fail':
        yield* failure(event.data)
        break
      case 'test:summary':
        yield* totals(event.data, output)
        if (event.data.file === undefined) writeSummary(event.data, skips, emptyFiles)
        break
      default:
    }
  }
}

// A file without tests is reported as one passed test that bears the file's name: nothing was tested, so it is no pass.
function isEmptyFile({ name, file, nesting }: Pass): boolean {
  return nesting === 0 && file !== undefined && (name === file || file.endsWith(`/${name}`)) && name.endsWith('.ts')
}

function* failure({ name, file, line, details }: Fail): Generator<string> {
  const { error } = details
  // A parent fails because a child did, which has been shown already.
  if ('failureType' in error && error.failureType === 'subtestsFailed') return
  const cause = error.cause instanceof Error ? inspect(error.cause) : String(error.cause ?? error.message)
  yield `\n${styleText('red', '✖')} ${name}  ${styleText('dim', `${shown(file)}:${line}`)}\n`
  yield `${cause.replaceAll(/^/gm, '    ')}\n\n`
}

function* totals({ file, success, counts, duration_ms }: Totals, output: Map<string, string>): Generator<string> {
  if (file === undefined) return
  const mark = success ? styleText('green', '✔') : styleText('red', '✖')
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  yield `${mark} ${shown(file)}  ${styleText('dim', `${counts.passed}${skipped}, ${Math.round(duration_ms)} ms`)}\n`
  if (!success) yield output.get(file) ?? ''
  output.delete(file)
}

function writeSummary({ counts }: Totals, skips: readonly Skip[], emptyFiles: number): void {
  const summary: Summary = {
    passed: counts.passed - emptyFiles,
    failed: counts.tests - counts.passed - counts.skipped - counts.todo + emptyFiles,
    skipped: counts.skipped + counts.todo,
    skips,
  }
  const path = process.env['HINDSIGHT_TEST_SUMMARY']
  if (path !== undefined) writeFileSync(path, JSON.stringify(summary))
}

function shown(file: string | undefined): string {
  return file === undefined ? '?' : relative(process.cwd(), file)
}
