/** An application that records until it is killed, and says the id of each run that its spool has. Usage: node busy-host.ts BASE SPOOL */
import { writeSync } from 'node:fs'
import { createRecorder, diskSpool } from '#client/node.ts'

const [base = '', folder = ''] = process.argv.slice(2)
const recorder = createRecorder({
  base,
  host: { name: 'busy', version: '1' },
  project: 'busy',
  spool: diskSpool(folder),
})
for (let n = 0; ; n++) {
  const media =
    n % 4 === 0 ? [{ role: 'input', mediaType: 'text/plain', data: new Blob([`bytes ${process.pid} ${n}`]) }] : []
  const id = recorder.record(
    {
      domain: 'images',
      context: { instruction: `run ${n} of ${process.pid}` },
      settings: { values: { model: 'editor-large', seed: n } },
      outcome: { status: 'failed' },
    },
    media,
  )
  await recorder.stored()
  writeSync(1, `${JSON.stringify(id)}\n`)
}
