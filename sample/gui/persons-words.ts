/** What is said of the sample runs afterwards. */
import { uuidv7 } from '#core/ids.ts'
import type { Rng } from '#core/rng.ts'
import type { AnnotationEdit, GuiSession } from '#domains/gui/session.ts'

/** What a person who looked through the first run said: some boxes confirmed, two drawn that the page does not mark. */
export function personsWords(session: GuiSession, rng: Rng) {
  const actions = session.telemetry?.actions ?? []
  const screenOf = (id: string) => {
    const sha256 = actions.find((action) => action.id === id)?.screenshotBefore
    const screen = session.telemetry?.screens?.find((candidate) => candidate.sha256 === sha256)
    if (!screen) throw new Error(`no screenshot before ${id}`)
    return screen
  }
  const known = (action: string, name: string) => {
    const element = screenOf(action).elements?.find(({ id }) => id === name)
    if (!element) throw new Error(`${name} is not on the screenshot before ${action}`)
    return { label: element.label, shape: element.shape }
  }
  const box = (label: string, x: number, y: number, width: number, height: number) =>
    ({ label, shape: { type: 'box', bbox: [x, y, width, height] } }) as const
  const login = screenOf('click-email').sha256
  const list = screenOf('find-list').sha256
  const dialog = screenOf('click-save').sha256
  const words: readonly AnnotationEdit[] = [
    { op: 'verify', screen: login, annotation: known('click-email', 'sign_in_button') },
    { op: 'verify', screen: login, annotation: known('click-email', 'email_field') },
    { op: 'add', screen: login, annotation: box('logo', 48, 72, 52, 52) },
    { op: 'add', screen: list, annotation: box('logo', 20, 13, 30, 30) },
    {
      op: 'relabel',
      screen: dialog,
      target: known('click-save', 'cancel_button'),
      annotation: { ...known('click-save', 'cancel_button'), label: 'secondary_button' },
    },
  ]
  const at = (index: number) => new Date(Date.parse(session.recordedAt) + 3_600_000 + index * 20_000).toISOString()
  return words.map((after, index) => ({
    id: uuidv7(Date.parse(at(index)), rng),
    session: session.id,
    project: session.project,
    at: at(index),
    principal: 'sample-reviewer',
    kind: 'gui.annotation',
    before: null,
    after,
    reason: index === 4 ? 'only the main button of a dialog should be a button here' : null,
  }))
}
