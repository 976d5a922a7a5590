/** What import and export jobs result in. A job's result is any JSON to the API, so it is looked at before it is shown. */
import type { Job } from '../data/types.ts'

type Counts = Readonly<Record<'created' | 'repeated' | 'conflict' | 'forgotten' | 'refused', number>> & {
  /** Not in reports of older versions. */
  readonly withdrawn?: number
}

export interface ImportReport {
  readonly import: string
  readonly layout: string
  readonly variant: string
  readonly sessions: Counts
  readonly edits: Counts
  readonly documents: number
  readonly setAside: number
  readonly problems: {
    readonly count: number
    readonly first: readonly {
      readonly where: string
      readonly problem: {
        readonly message: string
        readonly code: string
        readonly expected: string
        readonly found: string
        readonly fix: string
      }
    }[]
  }
  readonly warnings: {
    readonly count: number
    readonly first: readonly { readonly code: string; readonly message: string; readonly where: string | null }[]
  }
}

export interface Loss {
  readonly field: string
  readonly what: 'dropped' | 'approximated'
  readonly count: number
  readonly why: string
}

export interface ExportReport {
  readonly format: string
  readonly what: string
  readonly files: number
  readonly items: number
  readonly losses: readonly Loss[]
  readonly withheld: Readonly<Record<string, number>>
}

export function importReport({ kind, result }: Job): ImportReport | null {
  return kind === 'import' && has(result, 'layout', 'sessions', 'edits', 'problems', 'warnings')
    ? (result as ImportReport)
    : null
}

export function exportReport({ kind, result }: Job): ExportReport | null {
  return kind === 'export' && has(result, 'files', 'items', 'losses', 'withheld') ? (result as ExportReport) : null
}

function has(value: unknown, ...keys: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && keys.every((key) => key in value)
}
