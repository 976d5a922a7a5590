// A photo app: takes instructions, tints a picture, and records each edit with both pictures.
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRecorder, diskSpool } from 'hindsight-engine/client'
import { landscape, tint } from './tint.js'

const engine = process.env.HINDSIGHT_URL ?? 'http://127.0.0.1:4747'
const port = Number(process.env.PORT ?? 8080)
const here = fileURLToPath(new URL('.', import.meta.url))
/** The client's own files, as npm installed them. */
const sdk = join(fileURLToPath(import.meta.resolve('hindsight-engine/package.json')), '..', 'lib')

const recorder = createRecorder({
  base: engine,
  host: { name: 'photo-app', version: '1.0' },
  project: 'photos',
  spool: diskSpool(join(here, 'spool')),
  onProblem: (problem, id) => console.error(`${id ?? 'the recorder'}: ${problem.message}`),
})

/** Does the work; that it is recorded costs it nothing, and can never fail it. */
function edit(instruction) {
  const begun = performance.now()
  const [input, output] = [landscape(), tint(instruction)]
  const picture = (role, data) => ({ role, data: new Uint8Array(data), mediaType: 'image/png', width: 96, height: 64 })
  const session = recorder.record(
    {
      domain: 'images',
      context: { instruction, inputOrigin: 'generated' },
      settings: { values: { model: 'tint', modelVersion: '1', strength: 0.6 } },
      outcome: {
        status: output === null ? 'failed' : 'succeeded',
        error: output === null ? { code: 'no-colour', message: 'the instruction names no colour' } : null,
        durationMs: performance.now() - begun,
      },
    },
    output === null ? [picture('input', input)] : [picture('input', input), picture('output', output)],
  )
  return { session, output: output === null ? null : `data:image/png;base64,${output.toString('base64')}` }
}

const routes = {
  'GET /settings': async () => ({ engine, key: process.env.HINDSIGHT_KEY ?? null }),
  'POST /edit': async (request) => {
    const { instruction } = JSON.parse(await bodyOf(request))
    const done = edit(String(instruction))
    // Once it is on the disk, nothing that happens to this process loses it.
    await recorder.stored()
    return done
  },
  'GET /recorded': () => recorder.flush({ timeoutMs: 500 }),
}

async function bodyOf(request) {
  let text = ''
  for await (const part of request) text += part
  return text
}

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' }

/** Files of the page, and of the client below /sdk/. */
async function file(path) {
  const [folder, name] = path.startsWith('/sdk/')
    ? [sdk, path.slice('/sdk/'.length)]
    : [join(here, 'page'), path.slice(1)]
  const whole = normalize(join(folder, name || 'index.html'))
  if (!whole.startsWith(folder + sep) || !(extname(whole) in types)) return null
  return readFile(whole).then(
    (bytes) => ({ bytes, type: types[extname(whole)] }),
    () => null,
  )
}

const server = createServer(async (request, response) => {
  try {
    const route = routes[`${request.method} ${request.url}`]
    if (route) return response.setHeader('content-type', 'application/json').end(JSON.stringify(await route(request)))
    const found = await file(new URL(request.url ?? '/', 'http://app').pathname)
    if (found) return response.setHeader('content-type', found.type).end(found.bytes)
    response.writeHead(404).end()
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
})
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
