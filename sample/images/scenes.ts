/** Drawn scenes that stand in for photographs: the same seed gives the same picture. Sizes in pixels. */
import { type Rng, seededRng } from '#core/rng.ts'

export const width = 480
export const height = 320

/** Areas of a scene that edits may be limited to, as SVG shapes; what is filled black in them is left out. */
export interface Scene {
  readonly svg: string
  readonly areas: Readonly<Record<string, string>>
}

const frame = (defs: string, body: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>${defs}</defs>${body}</svg>`

const gradient = (id: string, stops: readonly string[]) => {
  const marks = stops.map((colour, i) => `<stop offset="${i / (stops.length - 1)}" stop-color="${colour}"/>`)
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${marks.join('')}</linearGradient>`
}
const softly =
  '<filter id="soft" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="7"/></filter>'

const between = (rng: Rng, low: number, high: number) => low + rng.next() * (high - low)
const round = (value: number) => Math.round(value * 10) / 10

function tree(rng: Rng, x: number, groundY: number, size: number, greens: readonly string[]): string {
  const trunk = `<rect x="${round(x - size * 0.05)}" y="${round(groundY - size * 0.5)}" width="${round(size * 0.1)}" height="${round(size * 0.5)}" fill="#6b4a2f"/>`
  const leaves = Array.from({ length: 26 }, (_, i) => {
    const [angle, reach] = [between(rng, 0, 2 * Math.PI), Math.sqrt(rng.next()) * size * 0.32]
    const [cx, cy] = [x + Math.cos(angle) * reach, groundY - size * 0.72 + Math.sin(angle) * reach * 0.9]
    const fill = greens[i % greens.length] ?? '#3d7a35'
    return `<circle cx="${round(cx)}" cy="${round(cy)}" r="${round(between(rng, 0.09, 0.16) * size)}" fill="${fill}"/>`
  })
  return trunk + leaves.join('')
}

function pine(x: number, groundY: number, size: number, fill: string): string {
  const tiers = [0, 1, 2].map((i) => {
    const [top, half] = [groundY - size + i * size * 0.26, size * (0.15 + i * 0.07)]
    return `<path d="M${round(x)} ${round(top)}L${round(x - half)} ${round(top + size * 0.42)}H${round(x + half)}Z" fill="${fill}"/>`
  })
  return `<rect x="${round(x - 2)}" y="${round(groundY - size * 0.2)}" width="4" height="${round(size * 0.2)}" fill="#4d3a2a"/>${tiers.join('')}`
}

function clouds(rng: Rng): string {
  return Array.from({ length: 3 }, () => {
    const [x, y] = [between(rng, 20, width - 20), between(rng, 25, 80)]
    const puffs = [0, 1, 2, 3].map((i) => {
      const [cx, cy, rx] = [x + i * 17, y + (i % 2) * 5, between(rng, 16, 27)]
      return `<ellipse cx="${round(cx)}" cy="${round(cy)}" rx="${round(rx)}" ry="9" fill="#fff" fill-opacity="0.75"/>`
    })
    return `<g filter="url(#haze)">${puffs.join('')}</g>`
  }).join('')
}
const haze = '<filter id="haze"><feGaussianBlur stdDeviation="2.2"/></filter>'

export interface HouseLook {
  readonly wall: string
  readonly roof: string
  readonly door: string
  readonly flatRoof?: boolean
  readonly car?: string
}

/** A detached house with a garden; areas `wall`, `door` and `windows`. */
export function house(seed: string, look: HouseLook): Scene {
  const rng = seededRng(seed)
  const [left, top, wide, tall, ground] = [130, 130, 220, 118, 248]
  const pane = (x: number, y: number) => `<rect x="${x}" y="${y}" width="36" height="38"/>`
  const windows = [pane(left + 22, top + 34), pane(left + 162, top + 34), pane(left + 92, top + 10)].join('')
  const door = `<rect x="${left + 94}" y="${ground - 62}" width="32" height="62"/>`
  const wall = `<rect x="${left}" y="${top}" width="${wide}" height="${tall}"/>`
  const roof = look.flatRoof
    ? `<rect x="${left - 14}" y="${top - 16}" width="${wide + 28}" height="18" fill="${look.roof}"/>`
    : `<path d="M${left - 18} ${top}L${left + wide / 2} ${top - 72}L${left + wide + 18} ${top}Z" fill="${look.roof}"/>`
  const courses = Array.from({ length: 9 }, (_, i) => {
    return `<path d="M${left} ${top + 8 + i * 13}h${wide}" stroke="#000" stroke-opacity="0.07" stroke-width="1.5"/>`
  })
  const bars = [
    [left + 22, top + 34],
    [left + 162, top + 34],
    [left + 92, top + 10],
  ].map(
    ([x = 0, y = 0]) =>
      `<path d="M${x + 18} ${y}v38M${x} ${y + 19}h36" stroke="#f4f1ea" stroke-width="2.5"/><rect x="${x}" y="${y}" width="36" height="38" fill="none" stroke="#f4f1ea" stroke-width="4"/>`,
  )
  const grass = Array.from({ length: 120 }, () => {
    const [x, y] = [between(rng, 0, width), between(rng, ground + 4, height)]
    return `<path d="M${round(x)} ${round(y)}l2 -5" stroke="#2f6b2a" stroke-opacity="0.45" stroke-width="1.3"/>`
  })
  const car = look.car
    ? `<g><path d="M372 262q4 -22 24 -22h28q16 0 24 20l14 4v16h-96v-16z" fill="${look.car}"/><path d="M394 244h14v16h-22q2 -14 8 -16zm20 0h12q8 2 12 16h-24z" fill="#cfe3ee"/><circle cx="388" cy="281" r="10" fill="#23262b"/><circle cx="444" cy="281" r="10" fill="#23262b"/></g>`
    : ''
  const body = [
    `<rect width="${width}" height="${ground}" fill="url(#sky)"/>${clouds(rng)}`,
    `<path d="M0 ${ground - 30}q120 -38 240 -6t240 -12v60H0z" fill="#7fa56b"/>`,
    `<rect y="${ground}" width="${width}" height="${height - ground}" fill="url(#lawn)"/>${grass.join('')}`,
    `<path d="M${left + 92} ${ground}h36l46 ${height - ground}H${left + 46}z" fill="#c9bfae"/>`,
    tree(rng, 62, ground + 10, 150, ['#3f7d38', '#54934a', '#2f6a30']),
    look.flatRoof ? '' : `<rect x="${left + 160}" y="${top - 66}" width="22" height="48" fill="#8a5a48"/>`,
    `<g fill="${look.wall}">${wall}</g>${courses.join('')}${roof}`,
    `<g fill="#8fb6cf">${windows}</g>${bars.join('')}<g fill="${look.door}">${door}</g>`,
    `<circle cx="${left + 120}" cy="${ground - 30}" r="2.6" fill="#e8d9a0"/>`,
    tree(rng, 420, ground + 6, 96, ['#4c8a3f', '#629c51', '#3a7434']),
    car,
  ]
  const defs = gradient('sky', ['#6fa8dc', '#cfe6f5']) + gradient('lawn', ['#6aa84f', '#3f7a33']) + haze
  return {
    svg: frame(defs, body.join('')),
    areas: { wall: `${wall}<g fill="#000">${door}${windows}</g>`, door, windows },
  }
}

/** A lake between hills, with pines in front; area `sky`. */
export function landscape(seed: string): Scene {
  const rng = seededRng(seed)
  const ridge = (baseY: number, rough: number, fill: string) => {
    let path = `M0 ${height}V${baseY}`
    for (let x = 0; x <= width; x += 40) path += `L${x} ${round(baseY + between(rng, -rough, rough * 0.4))}`
    return `<path d="${path}V${height}Z" fill="${fill}"/>`
  }
  const ripples = Array.from({ length: 34 }, () => {
    const [x, y] = [between(rng, 0, width), between(rng, 214, 268)]
    return `<path d="M${round(x)} ${round(y)}h${round(between(rng, 10, 46))}" stroke="#fff" stroke-opacity="0.22" stroke-width="1.4"/>`
  })
  const pines = Array.from({ length: 9 }, (_, i) => {
    const x = i < 5 ? 14 + i * 27 : 352 + (i - 5) * 33
    const fill = ['#2c5a34', '#356b3c', '#274f2f'][i % 3] ?? '#2c5a34'
    return pine(x + between(rng, -5, 5), 296 + between(rng, -8, 10), between(rng, 76, 122), fill)
  })
  const body = [
    `<rect width="${width}" height="220" fill="url(#sky)"/><circle cx="352" cy="62" r="24" fill="#fff3c4"/>${clouds(rng)}`,
    ridge(138, 46, '#8fa9bd'),
    ridge(168, 28, '#6f9479'),
    ridge(196, 14, '#4f8352'),
    `<rect y="206" width="${width}" height="70" fill="url(#lake)"/>${ripples.join('')}`,
    `<path d="M0 262q130 -16 250 8t230 -6V${height}H0z" fill="#5a9a46"/>`,
    pines.join(''),
  ]
  const defs = gradient('sky', ['#5b97d3', '#dcebf3']) + gradient('lake', ['#9cc3dc', '#4f86ad']) + haze
  return { svg: frame(defs, body.join('')), areas: { sky: `<rect width="${width}" height="150"/>` } }
}

/** A thing on a table before a shelf; area `thing`. */
export function product(seed: string, kind: 'mug' | 'lamp', colour: string): Scene {
  const rng = seededRng(seed)
  const books = Array.from({ length: 15 }, (_, i) => {
    const tall = between(rng, 62, 98)
    const fill = `hsl(${rng.int(360)} 34% ${42 + rng.int(22)}%)`
    return `<rect x="${18 + i * 30}" y="${round(132 - tall)}" width="${22 + rng.int(7)}" height="${round(tall)}" fill="${fill}"/>`
  })
  const mug =
    '<path d="M176 150h112v92q0 18 -18 18h-76q-18 0 -18 -18z"/><path d="M286 170q44 -6 44 30t-48 32v-16q32 4 32 -17t-28 -14z"/>'
  const lamp =
    '<path d="M196 60h88l30 84H166z"/><path d="M234 144h12v96h-12z"/><ellipse cx="240" cy="248" rx="52" ry="12"/>'
  const coffee = '<ellipse cx="232" cy="151" rx="55" ry="11"/>'
  const thing = kind === 'mug' ? mug + coffee : lamp
  const gloss =
    kind === 'mug'
      ? `<g fill="#4a2f21">${coffee}</g><rect x="190" y="168" width="12" height="74" rx="6" fill="#fff" fill-opacity="0.35"/>`
      : '<path d="M208 68h12l-12 68h-14z" fill="#fff" fill-opacity="0.3"/>'
  const body = [
    `<rect width="${width}" height="${height}" fill="#e6dccb"/>${books.join('')}`,
    `<rect y="132" width="${width}" height="10" fill="#8d6a4b"/><rect y="142" width="${width}" height="60" fill="#d9cdb8"/>`,
    `<rect y="202" width="${width}" height="118" fill="url(#table)"/>`,
    ...[0, 1, 2, 3].map(
      (i) =>
        `<path d="M0 ${222 + i * 27}q240 ${i % 2 ? 8 : -6} 480 0" stroke="#6d4a2c" stroke-opacity="0.25" stroke-width="2" fill="none"/>`,
    ),
    '<ellipse cx="252" cy="262" rx="96" ry="15" fill="#3a2413" fill-opacity="0.45" filter="url(#soft)"/>',
    `<g fill="${colour}">${thing}</g>${gloss}`,
  ]
  return { svg: frame(gradient('table', ['#b98d5f', '#936a41']) + softly, body.join('')), areas: { thing } }
}
