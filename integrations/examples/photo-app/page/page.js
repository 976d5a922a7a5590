// The page: asks the app for edits, shows what came, and records whether the person liked it.
import { createRecorder, indexedDbSpool } from 'hindsight-engine/client'

const { engine, key } = await (await fetch('/settings')).json()
const recorder = createRecorder({
  base: engine,
  key,
  host: { name: 'photo-page', version: '1.0' },
  project: 'photos',
  spool: indexedDbSpool('photo-app'),
  onProblem: (problem, id) => console.warn(id, problem.message),
})

const [form, list, told] = ['form', 'ol', 'output'].map((name) => document.querySelector(name))

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void edit(form.elements.instruction.value)
})

async function edit(instruction) {
  const reply = await fetch('/edit', { method: 'POST', body: JSON.stringify({ instruction }) })
  show(instruction, await reply.json())
}

function show(instruction, { session, output }) {
  const item = document.createElement('li')
  item.append(instruction, ' ')
  if (output === null) item.append('(no colour that we know) ')
  else item.append(Object.assign(new Image(), { src: output, alt: instruction }), ' ')
  for (const [rating, word] of [
    [1, 'good'],
    [-1, 'bad'],
  ]) {
    const button = Object.assign(document.createElement('button'), { textContent: word })
    button.addEventListener('click', () => void rate(item, session, rating))
    item.append(button)
  }
  list.append(item)
}

async function rate(item, session, rating) {
  recorder.edit({ session, kind: 'rating', after: { rating } })
  // From here it survives the page.
  await recorder.stored()
  item.dataset.rated = rating
  for (const button of item.querySelectorAll('button')) button.disabled = true
}

/** Says how things stand; a real app need not. */
async function tell() {
  const { waiting, lost } = await recorder.flush({ timeoutMs: 300 })
  told.textContent = `${waiting} ratings wait, ${lost.length} lost`
  setTimeout(tell, 300)
}
await tell()
