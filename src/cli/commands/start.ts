import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fault } from '#core/faults.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { type LogKind, logKinds } from '#engine/log.ts'
import { type Command, type CommandContext, type Options, text } from '../command.ts'

const studioDir = fileURLToPath(new URL('../../../dist/studio', import.meta.url))

export const start: Command = {
  name: 'start',
  about: 'run the engine and the studio until interrupted',
  flags: [
    { flag: '--port <port>', about: 'port (default $HINDSIGHT_PORT or 4747; 0 = any free one)' },
    {
      flag: '--host <host>',
      about: 'address to listen on; anything but loopback wants an account or $HINDSIGHT_TOKEN',
      default: '127.0.0.1',
    },
    {
      flag: '--behind-proxy',
      about: 'believe X-Forwarded-Proto and -For of the proxy in front; nobody is then taken for local',
    },
    { flag: '--legacy-project <name>', about: 'project of POST /api/store-image', default: 'default' },
    {
      flag: '--log <kind>',
      about:
        'json: a line for each request, job and event; text: only what goes wrong; off (default $HINDSIGHT_LOG or text)',
    },
    { flag: '--no-sample', about: 'do not load the sample project into an empty store' },
  ],
  more: 'Prints the address when it is ready. Ctrl-C ends it; whatever was acknowledged is safe.',
  async run(_args, options, context) {
    const { terminal, signal, dataDir } = context
    // The server is most of the program, and no other command should wait until it is loaded.
    const [{ openEngine }, { startServer }] = await Promise.all([import('#engine/open.ts'), import('#http/server.ts')])
    const log = logKind(options, context)
    const engine = await openEngine({ dataDir, jobThreads: 2, log })
    engine.log.event('info', 'start', { version: engine.version })
    try {
      const server = await startServer(engine, serverOptions(options, context))
      terminal.result({ url: server.url, dataDir }, () => [
        `Hindsight ${engine.version} on ${terminal.style('bold', server.url)}`,
        `Data in ${dataDir}`,
      ])
      try {
        if (options['sample'] !== false) await loadSample(engine, context)
        await untilAborted(signal)
        engine.log.event('info', 'stop')
        if (log !== 'json') terminal.say('Closing …')
      } finally {
        await server.close()
      }
    } finally {
      await engine.close()
    }
  },
}

function logKind(options: Options, { env }: CommandContext): LogKind {
  const asked = text(options['log']) ?? (env['HINDSIGHT_LOG'] || 'text')
  const kind = logKinds.find((known) => known === asked)
  if (kind) return kind
  throw fault('usage', { expected: logKinds.join(', '), found: asked, where: '--log, or HINDSIGHT_LOG' })
}

function serverOptions(options: Options, { env }: CommandContext) {
  const port = Number(text(options['port']) ?? env['HINDSIGHT_PORT'] ?? 4747)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw fault('usage', {
      expected: 'a port from 0 to 65535',
      found: String(options['port'] ?? env['HINDSIGHT_PORT']),
      where: '--port',
    })
  }
  return {
    host: text(options['host']) ?? '127.0.0.1',
    port,
    token: env['HINDSIGHT_TOKEN'] || null,
    behindProxy: options['behindProxy'] === true,
    studioDir: existsSync(`${studioDir}/index.html`) ? studioDir : null,
    legacyProject: text(options['legacyProject']) ?? 'default',
  }
}

/** A newcomer should see something; a sample that cannot be loaded must not keep the engine from running. */
async function loadSample(engine: Engine, { terminal, signal }: CommandContext): Promise<void> {
  try {
    const { loadSampleProject } = await import('#engine/sample-project.ts')
    const sessions = await loadSampleProject(engine, makeContext({ signal, warn: terminal.warn }))
    if (sessions > 0) terminal.say(`Loaded the sample project: ${sessions} sessions (--no-sample leaves it out)`)
  } catch (error) {
    terminal.say(`The sample project could not be loaded: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    // The listening socket alone does not keep the process alive on every platform.
    const alive = setInterval(() => {}, 60_000)
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(alive)
        resolve()
      },
      { once: true },
    )
  })
}
