/** The field guide is whole, says nothing of what is not there, and tells rightly what leaves in samples. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Domain } from '#core/domain.ts'
import { parseJson } from '#core/json.ts'
import type { AnySession } from '#core/session.ts'
import { fieldsPage } from '../../tools/fields-page.ts'
import { domains } from './domains.ts'
import { fieldGuide, wordsOf } from './field-guide.ts'
import { action, guiSession, pictureA, screen } from './gui/test-data.ts'
import { leavesOf } from './test-leaving.ts'

function sampleSessions({ name }: Domain): readonly AnySession[] {
  const path = fileURLToPath(new URL(`../../sample/${name}/sessions.ndjson`, import.meta.url))
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  // Two are enough: every field is tried in each.
  const step = Math.ceil(lines.length / 2)
  return lines.flatMap((line, i) => (i % step === 0 ? [parseJson(line, path) as unknown as AnySession] : []))
}

/** What the sample project has none of: failed actions that may label, other spaces than the picture's, all kinds of shapes. */
const oddGui = guiSession({
  context: {
    display: {
      monitors: [{ x: 0, y: 0, width: 800, height: 600, scale: 1 }],
      coordinateSpace: 'screen',
      screenScale: 1,
    },
  },
  values: { labelFailedActions: true },
  telemetry: {
    actions: [
      action({
        success: false,
        matches: [
          {
            found: true,
            name: 'ok',
            confidence: 0.9,
            location: { x: 10, y: 10 },
            templateSize: { width: 20, height: 20 },
            matchedSize: { width: 30, height: 30 },
            monitor: 0,
          },
          {
            found: true,
            name: 'no',
            confidence: 0.9,
            location: { x: 90, y: 90 },
            templateSize: { width: 20, height: 20 },
            coordinateSpace: 'monitor',
            monitor: 0,
            screenshotSize: { width: 200, height: 150 },
          },
        ],
        clicks: [{ location: { x: 200, y: 100 }, targetType: 'image', coordinateSpace: 'screen', monitor: 0 }],
      }),
    ],
    screens: [
      screen(pictureA, {
        origin: { x: 1, y: 1 },
        scale: 1,
        monitor: 0,
        elements: [
          {
            id: 'e1',
            label: 'a',
            role: 'button',
            text: 'A',
            source: 'dom',
            shape: { type: 'box', bbox: [1, 2, 30, 40] },
          },
          { label: 'b', source: 'dom', shape: { type: 'point', point: [50, 60] } },
          {
            label: 'c',
            source: 'dom',
            shape: {
              type: 'polygon',
              points: [
                [100, 100],
                [120, 100],
                [110, 140],
              ],
            },
          },
        ],
      }),
    ],
  },
}) as unknown as AnySession

describe('the field guide', () => {
  for (const domain of domains) {
    test(`says of every field of ${domain.name} what it is, and of no other`, () => {
      const rows = fieldGuide(domain)
      assert.ok(rows.length > 100, `${rows.length} fields`)
      assert.deepEqual(
        rows.filter(({ about, range }) => about.length < 3 || range === '').map(({ path }) => path),
        [],
      )
      const known = new Set(rows.map(({ path }) => path))
      assert.deepEqual(
        Object.keys(wordsOf(domain)).filter((path) => !known.has(path)),
        [],
      )
    })

    test(`numbers of ${domain.name} have a unit, or are shares, ratios and the like`, () => {
      const bare = fieldGuide(domain).filter(
        ({ unit, range }) => unit === null && /^(?:whole|number)(?:, from 0)?$/.test(range),
      )
      // What has no upper end and no unit is a count that its name tells, or a figure whose scale is its own.
      assert.deepEqual(
        bare.map(({ path }) => path.split('.').at(-1) ?? path).filter((name) => !ownScale.has(name)),
        [],
      )
    })

    test(`tells which fields of ${domain.name} leave in samples, as they do`, () => {
      const sessions = domain.name === 'gui' ? [...sampleSessions(domain), oddGui] : sampleSessions(domain)
      assert.deepEqual(sorted(domain.leaves), sorted(leavesOf(domain, sessions)))
    })
  }
})

test('docs/fields.md is what the schemas say', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/fields.md', import.meta.url)), 'utf8')
  assert.equal(page, fieldsPage(), 'run "npm run docs:fields"')
})

const sorted = (leaves: Domain['leaves']) =>
  Object.fromEntries(Object.entries(leaves).map(([type, paths]) => [type, [...paths].sort()]))

const ownScale = new Set([
  'seed',
  'score',
  'scaleVariance',
  'averageMatchScore',
  'guidance',
  'imageGuidance',
  'confidence',
  'threshold',
  'monitor',
])
