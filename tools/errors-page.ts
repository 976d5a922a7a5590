/** The text of docs/errors.md, made from the catalogue, so that the page cannot say anything else than the program. */
import { faultCodes, type FaultKind } from '../src/core/fault-codes.ts'

const kinds: Readonly<Record<FaultKind, string>> = {
  user: 'the input',
  damaged: 'the stored data',
  surroundings: 'the surroundings',
}

export function errorsPage(): string {
  const byArea = Map.groupBy(Object.entries(faultCodes), ([code]) => code.split('.')[0] ?? code)
  const areas = [...byArea].map(([area, entries]) => {
    const rows = entries.map(
      ([code, { kind, status, about, fix }]) =>
        `| \`${code}\` | ${status} | ${kinds[kind]} | ${cell(about)} | ${cell(capital(fix))}. |`,
    )
    return [
      `## ${area}`,
      '',
      '| code | status | at fault | what it means | what to do |',
      '|---|---|---|---|---|',
      ...rows,
    ]
  })
  return `${[...head, ...areas.flatMap((lines) => ['', ...lines])].join('\n')}\n`
}

const head = [
  '<!-- Made by `npm run docs:errors` from src/core/fault-codes.ts; edit that file. -->',
  '',
  '# Errors',
  '',
  'Every error that Hindsight foresees has a code, and says what was expected, what was found and how to mend it. The API',
  'answers with the HTTP status and `{"code", "message", "expected", "found", "fix", "where"}`; the command line prints the',
  'message and ends with status 1, or with `--json` prints the same object. The table gives the general advice; the message',
  'itself is often more exact.',
  '',
  'At fault is one of three. **The input**: something that was sent or typed; correct it and try again. **The stored data**:',
  'something on disk is no longer what was written; `hindsight verify` names all of it. **The surroundings**: disk, network,',
  'or another program. Anything else that fails is a bug of ours and prints a stack.',
]

const cell = (text: string) => text.replaceAll('|', '\\|')
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
