import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Edit } from '#core/edit.ts'
import type { Bbox } from '#core/annotation.ts'
import { canonicalJson } from '#core/json.ts'
import type { GuiAnnotation } from './labels.ts'
import { mergeSamples, samplesOf, type ScreenSample, screenSamples } from './samples.ts'
import type { AnnotationEdit, Click, GuiAction, GuiSession, MatchAttempt, ScreenElement } from './session.ts'
import { action, annotationEdit, guiSession, pictureA, pictureB, screen } from './test-data.ts'

const match = (more: Partial<MatchAttempt> = {}): MatchAttempt => ({
  imageId: 'img-9f3c',
  name: 'login_button.png',
  found: true,
  confidence: 0.95,
  threshold: 0.9,
  location: { x: 100, y: 50 },
  templateSize: { width: 80, height: 30 },
  method: 'ccoeff',
  ...more,
})
const at = (x: number, y: number, more: Partial<Click> = {}): Click => ({ location: { x, y }, ...more })
const element = (label: string, bbox: Bbox, more: Partial<ScreenElement> = {}): ScreenElement => ({
  label,
  shape: { type: 'box', bbox },
  source: 'dom',
  ...more,
})
const box = (label: string, bbox: Bbox) => ({ label, shape: { type: 'box', bbox } as const })

function labelled(session: GuiSession, edits: readonly Edit[] = []): ScreenSample {
  const [sample] = screenSamples(session, edits)
  assert.ok(sample)
  return sample
}

function withAction(more: Partial<GuiAction>, elements: readonly ScreenElement[] = []): GuiSession {
  return guiSession({ telemetry: { screens: [screen(pictureA, { elements })], actions: [action(more)] } })
}

const brief = ({ label, shape, source, verified }: GuiAnnotation) =>
  `${label} ${shape.type === 'box' ? shape.bbox.join(',') : shape.type} ${source}${verified ? ' verified' : ''}`

const labels = (session: GuiSession, edits: readonly Edit[] = []) => labelled(session, edits).annotations.map(brief)

test('a found match labels its screenshot by a readable name, with where it comes from', () => {
  const [annotation] = labelled(withAction({ matches: [match()], statesBefore: ['Login'] })).annotations
  assert.ok(annotation)
  assert.equal(brief(annotation), 'login_button 100,50,80,30 template_matching')
  assert.equal(annotation.confidence, 0.95)
  const { session, action: from, method, threshold, activeStates, observations } = annotation.provenance
  assert.deepEqual(
    { session, from, method, threshold, activeStates, observations },
    {
      session: guiSession().id,
      from: 'a1',
      method: 'ccoeff',
      threshold: 0.9,
      activeStates: ['Login'],
      observations: 1,
    },
  )
})

test('the later success of a polling search labels, whatever came before it', () => {
  const tries = [match({ found: false, location: null }), match({ found: false }), match()]
  assert.deepEqual(labels(withAction({ matches: tries })), ['login_button 100,50,80,30 template_matching'])
})

test('a click on a match confirms its box instead of adding another', () => {
  const sample = labelled(withAction({ matches: [match()], clicks: [at(140, 65)] }))
  assert.deepEqual(sample.annotations.map(brief), ['login_button 100,50,80,30 template_matching'])
  assert.equal(sample.annotations[0]?.provenance.observations, 2)
  assert.deepEqual(sample.annotations[0]?.provenance.clicks[0]?.point, [140, 65])
})

test('a click on nothing known gets the stand-in box, unsure and unverified, with its point kept', () => {
  const [annotation] = labelled(withAction({ clicks: [at(395, 5)] })).annotations
  assert.ok(annotation)
  assert.equal(brief(annotation), 'click_target 350,0,50,50 user_click')
  assert.equal(annotation.confidence, 0.3)
  assert.deepEqual(annotation.provenance.clicks[0]?.point, [395, 5])
})

test('a person who clicks a known element confirms it; a robot does not; a stand-in is never verified', () => {
  const elements = [element('button', [100, 50, 80, 30])]
  assert.deepEqual(labels(withAction({ clicks: [at(140, 65, { by: 'person' })] }, elements)), [
    'button 100,50,80,30 dom verified',
  ])
  assert.deepEqual(labels(withAction({ clicks: [at(140, 65)] }, elements)), ['button 100,50,80,30 dom'])
  assert.deepEqual(labels(withAction({ clicks: [at(10, 200, { by: 'person' })] })), [
    'click_target 0,175,50,50 user_click',
  ])
})

test('a click outside the picture makes no box and is counted', () => {
  const sample = labelled(withAction({ clicks: [at(500, 400), at(-3, 10)] }))
  assert.deepEqual(sample.annotations, [])
  assert.equal(sample.attributes['rejected'], 1)
  assert.deepEqual(
    sample.evidence.rejected.map(({ reason, count }) => [reason, count]),
    [['outside', 2]],
  )
})

test('one element seen by page and template is one box, the page knows its edges best', () => {
  const sample = labelled(
    withAction({ matches: [match({ location: { x: 103, y: 51 } })] }, [element('button', [100, 50, 80, 30])]),
  )
  assert.deepEqual(sample.annotations.map(brief), ['button 100,50,80,30 dom'])
  assert.deepEqual(
    sample.annotations[0]?.provenance.seen.map(({ source }) => source),
    ['dom', 'template_matching'],
  )
})

test('two entries of one list are two elements, however much they overlap', () => {
  const elements = [element('person', [10, 10, 100, 100]), element('person', [12, 10, 100, 100])]
  assert.equal(labels(withAction({}, elements)).length, 2)
})

test('failed actions label nothing unless asked', () => {
  const failed = { success: false, matches: [match()], clicks: [at(10, 10)] }
  assert.deepEqual(labels(withAction(failed)), [])
  const asked = guiSession({
    values: { labelFailedActions: true },
    telemetry: { screens: [screen()], actions: [action(failed)] },
  })
  assert.equal(labels(asked).length, 2)
})

test('people add, move, relabel, verify and delete; their word is verified and wins', () => {
  const session = withAction({ matches: [match()], clicks: [at(300, 250)] }, [element('input', [20, 100, 120, 24])])
  const target = box('login_button', [100, 50, 80, 30])
  const edits: readonly AnnotationEdit[] = [
    { op: 'add', screen: pictureA, annotation: box('link', [200, 200, 60, 12]) },
    { op: 'move', screen: pictureA, target, annotation: box('login_button', [98, 48, 84, 34]) },
    {
      op: 'relabel',
      screen: pictureA,
      target: box('input', [20, 100, 120, 24]),
      annotation: box('field', [20, 100, 120, 24]),
    },
    { op: 'delete', screen: pictureA, annotation: box('click_target', [275, 225, 50, 50]) },
  ]
  const words = edits.map((edit, order) => annotationEdit(edit, order + 1))
  assert.deepEqual(labels(session, words), [
    'field 20,100,120,24 dom verified',
    'login_button 98,48,84,34 person verified',
    'link 200,200,60,12 person verified',
  ])
  const verify = annotationEdit({ op: 'verify', screen: pictureA, annotation: target })
  assert.ok(labels(session, [verify]).includes('login_button 100,50,80,30 template_matching verified'))
})

test('a box that a person draws around a click takes the place of the stand-in', () => {
  const add = annotationEdit({ op: 'add', screen: pictureA, annotation: box('row', [0, 140, 400, 40]) })
  const sample = labelled(withAction({ clicks: [at(200, 160)] }), [add])
  assert.deepEqual(sample.annotations.map(brief), ['row 0,140,400,40 person verified'])
  assert.equal(sample.annotations[0]?.provenance.clicks.length, 1)
})

test('a screen is in the states of the actions that began and ended on it', () => {
  const step = action({ statesBefore: ['Login'], statesAfter: ['List'], screenshotAfter: pictureB })
  const screens = [screen(pictureA, { activeStates: ['Cookies'] }), screen(pictureB)]
  const samples = screenSamples(guiSession({ telemetry: { screens, actions: [step] } }), [])
  assert.deepEqual(
    samples.map(({ attributes }) => attributes['states']),
    [['Cookies', 'Login'], ['List']],
  )
})

test('a screenshot without labels is a negative example; the run is a sequence without what was typed', () => {
  const session = guiSession({
    telemetry: {
      screens: [screen(), screen(pictureB)],
      actions: [action({ type: 'TYPE', typed: { lengthChars: 9, class: 'secret' }, config: { into: 'field' } })],
    },
  })
  const samples = samplesOf(session, [])
  assert.deepEqual(
    samples.map(({ type, id }) => [type, id]),
    [
      ['image', pictureA],
      ['image', pictureB],
      ['trajectory', session.id],
    ],
  )
  const step = samples[2]?.type === 'trajectory' ? samples[2].steps[0] : undefined
  assert.deepEqual([step?.['typedChars'], step?.['typedClass'], step && 'config' in step], [9, 'secret', false])
})

const place = fc.integer({ min: 0, max: 380 })
const side = fc.integer({ min: 4, max: 120 })
const bbox = fc.tuple(place, place, side, side) as fc.Arbitrary<Bbox>
const someLabel = fc.constantFrom('button', 'input', 'link')
const someSource = fc.constantFrom('dom', 'template_matching', 'user_click', 'model', 'person')
const someElement = fc.record({
  label: someLabel,
  bbox,
  source: someSource,
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
})
const someEdit = fc.record({
  op: fc.constantFrom('add', 'move', 'relabel', 'delete', 'verify' as const),
  annotation: fc.tuple(someLabel, bbox).map(([label, shape]) => box(label, shape)),
})
const someSession = fc.record({
  elements: fc.array(someElement, { maxLength: 6 }),
  clicks: fc.array(fc.tuple(place, place), { maxLength: 4 }),
  edits: fc.array(someEdit, { maxLength: 3 }),
})

test('samples of several sessions join to the same one in any order', () => {
  fc.assert(
    fc.property(fc.tuple(someSession, someSession, someSession), (parts) => {
      const samples = parts.map(({ elements, clicks, edits }, index) => {
        const id = `00000000-0000-7000-8000-00000000000${index + 1}`
        const all = elements.map((item) => element(item.label, item.bbox, item))
        const session = guiSession({
          id,
          recordedAt: `2026-03-0${index + 1}T09:00:00.000Z`,
          telemetry: {
            screens: [screen(pictureA, { elements: all })],
            actions: [action({ clicks: clicks.map(([x, y]) => at(x, y)) })],
          },
        })
        const words = edits.map((edit, order) =>
          annotationEdit({ ...edit, screen: pictureA }, index * 10 + order + 1, id),
        )
        return labelled(session, words)
      })
      const [a, b, c] = samples
      assert.ok(a && b && c)
      const texts = [
        mergeSamples(mergeSamples(a, b), c),
        mergeSamples(a, mergeSamples(c, b)),
        mergeSamples(mergeSamples(c, a), b),
      ].map((sample) => canonicalJson(sample))
      assert.equal(texts[0], texts[1])
      assert.equal(texts[0], texts[2])
    }),
    { numRuns: 200 },
  )
})
