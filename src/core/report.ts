/** What readers and writers of foreign files answer: whether they fit, what was written, and what was lost. */

/** Whether a source is in a layout; a refusal says which requirements failed. */
export type Match =
  | {
      readonly fits: true /** Which form of it: "zip", "format 3". */
      readonly variant: string
    }
  | { readonly fits: false; readonly because: readonly string[] }

/** Something the format could not hold, counted; an export never loses anything silently. */
export interface Loss {
  readonly field: string
  readonly what: 'dropped' | 'approximated'
  readonly count: number
  readonly why: string
}

export interface WriteReport {
  readonly files: number
  readonly items: number
  readonly losses: readonly Loss[]
}
