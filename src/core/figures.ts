/** Figures that a watcher of the service asks for again and again: counts, gauges and histograms, each with few labels. */

export interface Sample {
  /** "", or for a histogram "_bucket", "_sum", "_count". */
  readonly suffix: string
  /** Of small, known sets: never an id, a name that a person gave, or a path. */
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Figure {
  /** Without prefix, with its unit: "requests_total", "disk_free_bytes". */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: readonly Sample[]
}

export const gauge = (name: string, help: string, value: number | null): Figure => ({
  name,
  help,
  type: 'gauge',
  samples: value === null ? [] : [{ suffix: '', labels: {}, value }],
})

export const gaugesBy = (
  name: string,
  help: string,
  values: Iterable<readonly [Readonly<Record<string, string>>, number]>,
): Figure => ({
  name,
  help,
  type: 'gauge',
  samples: Array.from(values, ([labels, value]) => ({ suffix: '', labels, value })),
})

/** Counts of durations up to bounds, and their sum; what Prometheus makes quantiles of. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  /** @param bounds rising, in seconds; beyond the last is counted too */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0)
  }

  observe(seconds: number): void {
    const index = this.#bounds.findIndex((bound) => seconds <= bound)
    const place = index < 0 ? this.#bounds.length : index
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#sum += seconds
  }

  samples(labels: Readonly<Record<string, string>>): readonly Sample[] {
    let below = 0
    const buckets = this.#counts.map((count, i): Sample => {
      below += count
      const bound = this.#bounds[i]
      const le = bound === undefined ? '+Inf' : String(bound)
      return { suffix: '_bucket', labels: { ...labels, le }, value: below }
    })
    return [...buckets, { suffix: '_sum', labels, value: this.#sum }, { suffix: '_count', labels, value: below }]
  }
}

/**
 * The text format of Prometheus, version 0.0.4.
 *
 * @param prefix of every name
 */
export function exposition(figures: readonly Figure[], prefix: string): string {
  const lines = figures
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, type, samples }) => [
      `# HELP ${prefix}${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${prefix}${name} ${type}`,
      ...samples.map(
        ({ suffix, labels, value }) => `${prefix}${name}${suffix}${labelText(labels)} ${numberText(value)}`,
      ),
    ])
  return `${lines.join('\n')}\n`
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escapeLabel = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}
