import { resolve } from 'node:path'
import { fault } from '#core/faults.ts'
import { matchTemplate } from '#engine/match-template.ts'
import { type Command, type Options, text } from '../command.ts'

export const match: Command = {
  name: 'match',
  about: 'where a template lies in a screenshot, and how surely: to choose templates and thresholds',
  args: [
    { name: '<template>', about: 'a picture; where it is transparent, anything may be behind it' },
    { name: '<screenshot>', about: 'the picture that it is sought in' },
  ],
  flags: [
    { flag: '--threshold <0..1>', about: 'the least similarity of a match', default: 0.8 },
    { flag: '--scales <from-to>', about: 'other sizes too, as 0.8-1.25 (its own alone when left out)' },
    { flag: '--color', about: 'hue must agree, not brightness alone' },
    { flag: '--region <x,y,w,h>', about: 'look only there' },
    { flag: '--out <file>', about: 'write the screenshot with what was found drawn on it, as PNG' },
  ],
  more: 'Similarity is the normalised cross-correlation: 1 is the same picture. Exit status 1 when it is not there.',
  async run([template = '', screenshot = ''], options, { terminal }) {
    const out = text(options['out'])
    const found = await matchTemplate({
      template,
      screenshot,
      threshold: numbers(options, 'threshold', 1, (n) => n > 0 && n <= 1)?.[0] ?? 0.8,
      scales: pair(numbers(options, 'scales', 2, (n) => n >= 0.1 && n <= 10)),
      color: options['color'] === true,
      region: boxOf(numbers(options, 'region', 4, Number.isFinite)),
      out: out && resolve(out),
    })
    terminal.result(found, () => {
      const { matches, best } = found
      if (matches.length === 0) return best === null ? 'not there' : `not there; nearest ${place(best)}`
      return matches.map(place)
    })
    return found.matches.length > 0 ? 0 : 1
  },
}

function place({ x, y, width, height, score, scale }: Awaited<ReturnType<typeof matchTemplate>>['matches'][number]) {
  const size = scale === 1 ? '' : `  size ${scale.toFixed(2)}`
  return `${x},${y}  ${width} x ${height}  similarity ${score.toFixed(3)}${size}`
}

/** @throws usage */
function numbers(
  options: Options,
  name: string,
  count: number,
  fits: (n: number) => boolean,
): readonly number[] | null {
  const said = text(options[name])
  if (said === null) return null
  const found = said.split(name === 'scales' ? '-' : ',').map(Number)
  if (found.length === count && found.every(fits)) return found
  const expected = { threshold: 'above 0, at most 1', scales: 'FROM-TO, as 0.8-1.25', region: 'X,Y,WIDTH,HEIGHT' }[name]
  throw fault('usage', { expected: `--${name} ${expected}`, found: `"${said}"` })
}

const pair = (given: readonly number[] | null): readonly [number, number] =>
  given === null ? [1, 1] : [Math.min(given[0]!, given[1]!), Math.max(given[0]!, given[1]!)]

const boxOf = (given: readonly number[] | null) =>
  given && { x: given[0]!, y: given[1]!, width: given[2]!, height: given[3]! }
