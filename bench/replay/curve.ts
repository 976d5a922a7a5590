/** The learning curve as a picture: share of the gap closed by sessions of each kind, with the interval of nine seeds in ten. */
export interface CurvePoint {
  readonly sessions: number
  readonly mean: number
  readonly low: number
  readonly high: number
}

const [width, height, margin] = [640, 360, 56]

export function curveSvg(points: readonly CurvePoint[]): string {
  const all = [{ sessions: 0, mean: 0, low: 0, high: 0 }, ...points]
  const most = Math.max(1, ...all.map(({ sessions }) => sessions))
  const low = Math.min(-0.2, ...all.map((point) => point.low))
  const x = (sessions: number) => margin + (sessions / most) * (width - 2 * margin)
  const y = (share: number) => height - margin - ((Math.min(1, share) - low) / (1 - low)) * (height - 2 * margin)
  const at = (sessions: number, share: number) => `${x(sessions).toFixed(1)},${y(share).toFixed(1)}`
  const band = [
    ...all.map(({ sessions, high }) => at(sessions, high)),
    ...all.toReversed().map((point) => at(point.sessions, point.low)),
  ].join(' ')
  const shares = [-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1].filter((share) => share >= low)
  const ruled = shares.map(
    (share) =>
      `<line x1="${margin}" x2="${width - margin}" y1="${y(share).toFixed(1)}" y2="${y(share).toFixed(1)}" stroke="#ccc"${share === 0.6 ? ' stroke-dasharray="4 4"' : ''}/>` +
      `<text x="${margin - 8}" y="${(y(share) + 4).toFixed(1)}" text-anchor="end">${Math.round(100 * share)} %</text>`,
  )
  const marks = all.map(
    ({ sessions }) =>
      `<text x="${x(sessions).toFixed(1)}" y="${height - margin + 20}" text-anchor="middle">${sessions}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13" fill="#333">
<title>Share of the gap between the default and the best setting that the learner closes on unseen clips</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${[...ruled, ...marks].join('\n')}
<polygon points="${band}" fill="#4a7fb5" fill-opacity="0.2"/>
<polyline points="${all.map((point) => at(point.sessions, point.mean)).join(' ')}" fill="none" stroke="#1f4e79" stroke-width="2"/>
<text x="${width / 2}" y="${height - 12}" text-anchor="middle">sessions of each kind of footage</text>
<text x="${margin}" y="24">gap closed on unseen clips; the band holds nine seeds in ten</text>
</svg>
`
}
