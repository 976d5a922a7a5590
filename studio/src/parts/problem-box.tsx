import { HindsightError } from '#client/hindsight-error.ts'
import { Icon } from './icon.tsx'

interface Told {
  readonly code: string
  readonly expected: string
  readonly found: string
  readonly fix: string
  readonly where: string | null
}

/** Whatever went wrong, in the words of the engine: what was expected, what was found, how to mend it. */
export function ProblemBox({ error }: { error: unknown }) {
  const told = asTold(error)
  return (
    <div className="problem" role="alert">
      <Icon name="warn" />
      <div>
        <strong>{told ? sentence(told.fix) : 'Something went wrong in the page.'}</strong>
        {told ? (
          <dl>
            <dt>Expected</dt>
            <dd>{told.expected}</dd>
            <dt>Found</dt>
            <dd>
              {told.found}
              {told.where === null ? '' : ` (in ${told.where})`}
            </dd>
            <dt>Code</dt>
            <dd>
              <code>{told.code}</code>
            </dd>
          </dl>
        ) : (
          <p>{error instanceof Error ? error.message : messageOf(error)}</p>
        )}
      </div>
    </div>
  )
}

/** Faults come as errors of calls, and as plain values inside jobs. */
function asTold(error: unknown): Told | null {
  if (error instanceof HindsightError) return error
  if (typeof error !== 'object' || error === null) return null
  const { code, expected, found, fix, where } = error as Partial<Record<keyof Told, unknown>>
  const texts = [code, expected, found, fix].every((text) => typeof text === 'string')
  return texts ? { ...(error as Told), where: typeof where === 'string' ? where : null } : null
}

function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return String(error)
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`
}
