// A reporter for `node --test`: a line per file, failures in full with their place, and what a file printed only when it
// failed. It leaves the counts in the file that HINDSIGHT_TEST_SUMMARY names, for the runner to add up.
import { writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
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
  const brokenFiles = new Set<string>() // ended before a test could: only their output says why
  let emptyFiles = 0
  for await (const event of source) {
    switch (event.type) {
      case 'test:stdout':
      case 'test:stderr':
        collect(output, resolve(event.data.file), event.data.message)
        break
      case 'test:pass':
        if (typeof event.data.skip === 'string') skips.push({ reason: event.data.skip, file: shown(event.data.file) })
        if (isWholeFile(event.data)) {
          emptyFiles++
          yield `${styleText('red', '✖')} ${shown(event.data.file)} has no test\n`
        }
        break
      case 'test:fail':
        yield* failure(event.data)
        if (isWholeFile(event.data)) brokenFiles.add(event.data.file ?? '')
        break
      case 'test:diagnostic':
        // An error after its test ended fails nothing, but is a bug of the test or of what it tests.
        if (event.data.message.startsWith('Error: ')) yield `${shown(event.data.file)}: ${event.data.message}\n`
        break
      case 'test:summary':
        yield* totals(event.data, output)
        if (event.data.file !== undefined) break
        for (const file of brokenFiles) yield `\nOutput of ${shown(file)}:\n${output.get(file) ?? ''}`
        writeSummary(event.data, skips, emptyFiles)
        break
      default:
    }
  }
}

function collect(output: Map<string, string>, file: string, message: string): void {
  output.set(file, (output.get(file) ?? '') + message)
}

// A file without tests is reported as one test that bears the file's name: passed, though nothing was tested, or failed.
function isWholeFile({ name, file, nesting }: Pass | Fail): boolean {
  return nesting === 0 && file !== undefined && (name === file || file.endsWith(`/${name}`)) && name.endsWith('.ts')
}

function* failure({ name, file, line, details }: Fail): Generator<string> {
  const { error } = details
  // A parent fails because a child did, which has been shown already.
  if ('failureType' in error && error.failureType === 'subtestsFailed') return
  const lines = causeOf(error).split('\n')
  yield `\n${styleText('red', '✖')} ${name}  ${styleText('dim', `${shown(file)}:${line}`)}\n`
  yield `${lines.map((text) => `    ${text}`).join('\n')}\n\n`
}

// Without the frames of Node's own runner, and for assertions without the fields that the message has shown.
function causeOf({ cause, message }: Error): string {
  if (!(cause instanceof Error))
    return typeof cause === 'string' ? cause : cause === undefined ? message : inspect(cause)
  const text = cause.name === 'AssertionError' ? (cause.stack ?? cause.message) : inspect(cause)
  return text.replaceAll(/\n +at [^\n]*node:internal\/[^\n]*/g, '')
}

function* totals({ file, success, counts, duration_ms }: Totals, output: Map<string, string>): Generator<string> {
  if (file === undefined) return
  const mark = success ? styleText('green', '✔') : styleText('red', '✖')
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  yield `${mark} ${shown(file)}  ${styleText('dim', `${counts.passed}${skipped}, ${Math.round(duration_ms)} ms`)}\n`
  if (!success) yield output.get(file) ?? ''
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
