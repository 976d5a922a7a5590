/** A server of this program on the user's data, for as long as the self-test takes. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fault } from '#core/faults.ts'

export interface OwnServer {
  readonly url: string
  /** Owner of all projects, whether or not anybody has to sign in. */
  readonly token: string
  stop(): Promise<void>
}

/** @param project of the image app's old door @throws job.failed with what it said */
export async function startOwnServer(dataDir: string, project: string, env: NodeJS.ProcessEnv): Promise<OwnServer> {
  const token = randomBytes(24).toString('base64url')
  const args = ['start', '--port', '0', '--no-sample', '--json', '--legacy-project', project, '--data', dataDir]
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
    env: { ...env, HINDSIGHT_TOKEN: token, HINDSIGHT_LOG: 'text' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const said: Buffer[] = []
  child.stderr.on('data', (data: Buffer) => said.push(data))
  const failed = ended.then(() => {
    const found = Buffer.concat(said).toString().trim().slice(0, 500) || `an end with status ${child.exitCode}`
    throw fault('job.failed', { expected: 'the server to start', found })
  })
  const [first] = (await Promise.race([once(child.stdout, 'data'), failed])) as [Buffer]
  failed.catch(() => {})
  const { url } = JSON.parse(first.toString()) as { readonly url: string }
  return {
    url,
    token,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
