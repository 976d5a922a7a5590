import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { exposition, gauge, gaugesBy, Histogram } from './figures.ts'

describe('figures for watchers', () => {
  test('are written as Prometheus reads them', () => {
    const text = exposition(
      [
        gauge('disk_free_bytes', 'Free.', 12),
        gauge('unknown', 'Left out where it is not known.', null),
        gaugesBy('jobs', 'By "kind"\nand \\.', [[{ kind: 'a"b\\c\nd', state: 'queued' }, 1.5]]),
      ],
      'h_',
    )
    assert.equal(
      text,
      `# HELP h_disk_free_bytes Free.
# TYPE h_disk_free_bytes gauge
h_disk_free_bytes 12
# HELP h_jobs By "kind"\\nand \\\\.
# TYPE h_jobs gauge
h_jobs{kind="a\\"b\\\\c\\nd",state="queued"} 1.5
`,
    )
  })

  test('a histogram counts each value in every bucket that holds it', () => {
    const histogram = new Histogram([0.1, 1])
    for (const seconds of [0.05, 0.1, 0.5, 3]) histogram.observe(seconds)
    assert.deepEqual(
      histogram.samples({ route: 'r' }).map(({ suffix, labels, value }) => [suffix, labels['le'] ?? '', value]),
      [
        ['_bucket', '0.1', 2],
        ['_bucket', '1', 3],
        ['_bucket', '+Inf', 4],
        ['_sum', '', 3.65],
        ['_count', '', 4],
      ],
    )
  })
})
