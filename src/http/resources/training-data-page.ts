/** The page `/admin/training-data`: four figures, without a script. */
import type { StoreImageFigures } from '#engine/store-image.ts'

export function trainingDataPage(figures: StoreImageFigures): string {
  const rows = [
    ['Total training sessions', String(figures.totalSessions)],
    ['Total images collected', String(figures.totalImages)],
    ['Unique instruction types', String(figures.instructionTypes)],
    ['Latest session', figures.latestSession ?? 'none yet'],
  ]
  const list = rows
    .map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value ?? '')}</dd></div>`)
    .join('\n      ')
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Training data · Hindsight</title>
    <link rel="stylesheet" href="/admin/training-data.css">
  </head>
  <body>
    <main>
    <h1>Training data</h1>
    <dl>
      ${list}
    </dl>
    <p><a href="/admin/training-data">Refresh</a> · <a href="/sessions?domain=images">Look at the sessions</a></p>
    </main>
  </body>
</html>
`
}

export const trainingDataStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 44rem; margin: 3rem auto; padding: 0 1rem }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem }
dl div { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .5rem; padding: 1rem }
dt { font-size: .85rem; opacity: .75 }
dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
`

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (char) => escapes[char] ?? char)
