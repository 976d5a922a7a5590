/** Asks a real server for every route of the table, as everybody, about an own project and about another one's. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type Route, type RouteKey, routes } from '#http/contract.ts'
import { type Bound, expectedAnswer, type Kind, kinds, authorisationPage } from '../tools/authorisation-page.ts'
import { askRoute, type Answered } from './authorisation-requests.ts'
import { makeWorld, markOf, type World } from './authorisation-world.ts'

const table = Object.entries(routes) as [RouteKey, Route][]

/** Whoever is nobody is bound to nothing, and an ingest key always to a project. */
const askers = kinds.flatMap((kind): (readonly [Kind, Bound])[] => {
  const all: readonly Bound[] = kind === 'nobody' ? ['all'] : ['all', 'own', 'other']
  return all.filter((bound) => kind !== 'ingest' || bound !== 'all').map((bound) => [kind, bound] as const)
})

/** They answer 404 or a refusal of their own to everybody, since there is no clip, no camera run, no such key or upload here. */
const lacking =
  /clips\/|\/(tracks|solve|scene|live|solve-again|proposals)$|keys\/|people\/|uploads\/|webhooks\/|archives\/|models\/|experiments\//

let world: World
before(async () => {
  world = await makeWorld()
})
after(() => world.close())

const judge = ({ status }: Answered): number | 'yes' => ([401, 403, 404].includes(status) ? status : 'yes') as never

describe('every route answers to everybody as the table says', { concurrency: 1 }, () => {
  for (const [key, route] of table) {
    test(key, async () => {
      const baseline = await askRoute(world, key, 'alpha', world.secretOf('owner', 'all'))
      const isLacking = lacking.test(key)
      if (!isLacking) assert.notEqual(judge(baseline), 404, baseline.text)
      assert.ok(baseline.status < 500, baseline.text)
      for (const [kind, bound] of askers) {
        const answer = await askRoute(world, key, 'alpha', world.secretOf(kind, bound))
        const expected = expectedAnswer(route, kind, bound)
        const who = `${kind}, bound to ${bound}: ${answer.status} ${answer.text.slice(0, 200)}`
        if (expected !== 'yes') assert.equal(answer.status, expected, who)
        else if (key === 'POST /api/v1/sign-in') assert.ok([401, 429].includes(answer.status), who)
        else if (bound !== 'all' && (route.scope === 'filtered' || route.scope === 'lines'))
          assert.ok(answer.status < 500, who)
        else if (key === 'POST /api/v1/me/password') assert.ok([400, 403].includes(answer.status), who)
        else assert.equal(answer.status, baseline.status, who)
      }
    })
  }
})

test('nobody who is bound to a project is shown anything of another, whatever it asks for', async () => {
  for (const [key] of table) {
    // An owner may call whatever a viewer and a reviewer may.
    for (const kind of ['owner', 'ingest'] as const) {
      for (const project of ['alpha', 'beta'] as const) {
        // Bound to alpha, asking about both.
        const { text } = await askRoute(world, key, project, world.secretOf(kind, 'own'))
        assert.ok(!text.includes(markOf('beta')), `${key} as ${kind} about ${project}: ${text.slice(0, 400)}`)
      }
    }
  }
})

test("what is another project's answers like what is not there", async () => {
  const secret = world.secretOf('owner', 'own')
  const ask = async (path: string) => {
    const answer = await fetch(`${world.server.url}${path}`, { headers: { authorization: `Bearer ${secret}` } })
    return [
      answer.status,
      (await answer.text())
        .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}/g, 'ID')
        .replace(/"request":"[^"]+"/, ''),
    ] as const
  }
  const { session, job, sha256 } = world.things.beta
  const none = '00000000-0000-7000-8000-000000000000'
  for (const [path, id, other] of [
    ['/api/v1/sessions/', session, none],
    ['/api/v1/jobs/', job, none],
    ['/api/v1/blobs/', sha256, 'e'.repeat(64)],
  ] as const) {
    const [found, missing] = [await ask(`${path}${id}`), await ask(`${path}${other}`)]
    assert.equal(found[0], 404)
    assert.deepEqual(found, missing)
  }
})

test('asking only for the head of a blob tells no more than asking for it', async () => {
  const headers = { authorization: `Bearer ${world.secretOf('viewer', 'own')}` }
  const head = async (sha256: string) =>
    (await fetch(`${world.server.url}/api/v1/blobs/${sha256}`, { method: 'HEAD', headers })).status
  const { alpha, beta } = world.things
  assert.deepEqual([await head(alpha.sha256), await head(beta.sha256), await head('e'.repeat(64))], [200, 404, 404])
})

test('docs/authorisation.md is what the table says', () => {
  const page = readFileSync(new URL('../docs/authorisation.md', import.meta.url), 'utf8')
  assert.equal(page, authorisationPage(), 'run "npm run docs:authorisation"')
})
