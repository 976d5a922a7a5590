/**
 * Renders clips that nothing was tuned on: each preset of the clip generator, varied by a seed (fresh_params.py). The
 * k-th preset of a series gets the seed + k; what is there already stays, so that a broken run goes on where it stopped.
 * Needs Blender, ffmpeg and Python; a clip takes one to five minutes.
 *
 * Run: node bench/tracking/fresh-clips.ts --out DIR [--seeds 3100,4100] [--only walk,zoom] [--generator MAKE_CLIPS.py]
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/** In the order of their seeds. */
const presets = 'walk zoom distorted blur-noise movers low-texture tripod-pan cut sd60 drone'.split(' ')

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    seeds: { type: 'string', default: '3100,4100' },
    only: { type: 'string', default: presets.join() },
    generator: {
      type: 'string',
      default: fileURLToPath(new URL('../../../shared/clips/make_clips.py', import.meta.url)),
    },
  },
})
const { out, generator } = values
if (out === undefined) throw new Error('expected --out DIR, found none')
mkdirSync(out, { recursive: true })

const wanted = values.only.split(',')
for (const series of values.seeds.split(',').map(Number))
  for (const [k, preset] of presets.entries()) if (wanted.includes(preset)) make(out, preset, series + k)

function make(folder: string, preset: string, seed: number): void {
  const name = `${preset}-${seed}`
  if (existsSync(join(folder, `${name}.mp4`)) && existsSync(join(folder, `${name}.truth.json`))) return
  const script = fileURLToPath(new URL('fresh_params.py', import.meta.url))
  const params = join(folder, `${name}.json`)
  writeFileSync(params, execFileSync('python3', [script, generator, preset, String(seed)]))
  const work = mkdtempSync(join(tmpdir(), 'hindsight-bench-render-'))
  try {
    const args = ['-b', '--factory-startup', '--python-exit-code', '1', '--python', generator, '--']
    const options = ['--params', params, '--out', folder, '--work', work]
    execFileSync('blender', [...args, ...options], { stdio: 'pipe', maxBuffer: 2 ** 28 })
    console.log(`${new Date().toISOString()} ${name}`)
  } finally {
    rmSync(work, { recursive: true })
  }
}
