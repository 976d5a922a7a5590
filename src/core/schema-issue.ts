/** What a schema complained of, in the words of a fault. */
import { brief } from './faults.ts'

interface Issue {
  readonly message: string
  readonly path: readonly PropertyKey[]
}

/** `expected` from the schema's message, `found` from the value itself, since messages name types only. */
export function issueWords(
  issue: Issue | undefined,
  value: unknown,
): { expected: string; found: string; path: string } {
  const message = issue?.message ?? 'a valid value'
  const expected = message.replace(/^Invalid (input|option): expected /, '').replace(/, received .*$/s, '')
  const path = issue?.path ?? []
  const found = path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value)
  return { expected, found: found === undefined ? 'nothing' : brief(found), path: path.map(String).join('.') }
}

const isObject = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === 'object' && value !== null
