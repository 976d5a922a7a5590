/**
 * From evidence to labels: one element, one box.
 *
 * Boxes of one element are joined greedily from the most trusted down (a person's word, then the page's own geometry, then
 * template matches, then guesses). A click inside a known box confirms that box; only a click on nothing known gets the
 * stand-in box, which is marked by its low confidence and never counts as verified. People's words come last and win.
 */
import type { Annotation, AnnotationProvenance, Bbox, Point, Shape } from '#core/annotation.ts'
import type { Evidence, PersonsWord } from './evidence.ts'
import { boundsOf, boxAroundClick, contains, compareShapes, fitBox, iou, sameShape } from './geometry.ts'
import type { LabelledShape, Size } from './session.ts'
import { compare, type SeenClick, type SeenLabel, union } from './sightings.ts'

/** How sure a stand-in box around a click is; measured against true boxes, one in seven at most has IoU 0.5. */
export const clickConfidence = 0.3

/** From this overlap on, two boxes are taken for the same element. */
export const sameElementIou = 0.5

/** Everything that led to a label, beside the first observation that {@link AnnotationProvenance} has room for. */
export interface LabelProvenance extends AnnotationProvenance {
  readonly seen: readonly SeenLabel[]
  readonly clicks: readonly SeenClick[]
}

export interface GuiAnnotation extends Annotation {
  readonly provenance: LabelProvenance
}

/** A label while it is being put together. */
interface Draft {
  readonly label: string
  readonly shape: Shape
  readonly source: string
  readonly verified: boolean
  readonly confidence: number | null
  readonly seen: readonly SeenLabel[]
  readonly clicks: readonly SeenClick[]
  /** The person's word that made it, when no run saw it. */
  readonly word: PersonsWord | null
}

export function labelsFrom(evidence: Evidence, picture: Size): readonly GuiAnnotation[] {
  let drafts = confirmByClicks(joinElements(evidence.labels), evidence.clicks, picture)
  for (const word of evidence.words) drafts = applyWord(drafts, word, picture)
  return named(claimClicks(drafts))
}

const trust = ['person', 'accessibility', 'dom']
const guesses = /^(user_click|smart_click)/

/** Sources that list elements rather than finding them: two entries of such lists are two elements. */
const lists = (source: string) => source !== 'template_matching' && source !== 'model' && !guesses.test(source)

function rank({ source }: SeenLabel): number {
  const place = trust.indexOf(source)
  if (place >= 0) return place
  return guesses.test(source) ? 9 : source === 'model' ? 8 : source === 'template_matching' ? 7 : 6
}

function byTrust(a: SeenLabel, b: SeenLabel): number {
  return (
    Number(b.verified) - Number(a.verified) ||
    rank(a) - rank(b) ||
    (b.confidence ?? 0) - (a.confidence ?? 0) ||
    b.count - a.count ||
    compare(a.label, b.label) ||
    compareShapes(a.shape, b.shape) ||
    compare(a.source, b.source)
  )
}

function joinElements(labels: readonly SeenLabel[]): readonly Draft[] {
  const drafts: { head: SeenLabel; bounds: Bbox; seen: SeenLabel[] }[] = []
  for (const label of labels.toSorted(byTrust)) {
    const bounds = boundsOf(label.shape)
    let best: (typeof drafts)[number] | null = null
    let bestIou = 0
    for (const draft of drafts) {
      const overlap = sameShape(draft.head.shape, label.shape) ? 1 : iou(draft.bounds, bounds)
      if (overlap > bestIou && isSame(draft.head, label, overlap)) [best, bestIou] = [draft, overlap]
    }
    if (best) best.seen.push(label)
    else drafts.push({ head: label, bounds, seen: [label] })
  }
  return drafts.map(({ head, seen }) => ({
    label: head.label,
    shape: head.shape,
    source: head.source,
    verified: head.verified,
    confidence: head.confidence,
    seen,
    clicks: [],
    word: null,
  }))
}

function isSame(a: SeenLabel, b: SeenLabel, overlap: number): boolean {
  if (!lists(a.source) || !lists(b.source)) return overlap >= sameElementIou
  return overlap === 1 && a.label === b.label
}

function confirmByClicks(drafts: readonly Draft[], clicks: readonly SeenClick[], picture: Size): readonly Draft[] {
  const confirmed = [...drafts]
  // Clicks whose target has a name come first, so that a stand-in bears it.
  const named = clicks.toSorted((a, b) => Number(a.label === null) - Number(b.label === null))
  const loose: SeenClick[] = []
  for (const click of named) {
    const index = smallestAround(confirmed, click.point)
    const draft = confirmed[index]
    if (draft) confirmed[index] = withClick(draft, click)
    else loose.push(click)
  }
  for (const click of loose) {
    const bbox = boxAroundClick(click.point, picture)
    const index = confirmed.findIndex(({ shape }) => iou(boundsOf(shape), bbox) >= sameElementIou)
    const known = confirmed[index]
    if (known) confirmed[index] = { ...known, clicks: [...known.clicks, click] }
    else confirmed.push(standIn(click, bbox))
  }
  return confirmed
}

function standIn(click: SeenClick, bbox: Bbox): Draft {
  return {
    label: click.label ?? 'click_target',
    shape: { type: 'box', bbox },
    source: 'user_click',
    verified: false,
    confidence: clickConfidence,
    seen: [],
    clicks: [click],
    word: null,
  }
}

/** The index of the smallest box around a point: the innermost element is the one that was meant. */
function smallestAround(drafts: readonly Draft[], point: Point): number {
  let best = -1
  let bestArea = Infinity
  for (const [index, { shape }] of drafts.entries()) {
    const box = boundsOf(shape)
    const area = box[2] * box[3]
    if (contains(box, point) && area < bestArea) [best, bestArea] = [index, area]
  }
  return best
}

function withClick(draft: Draft, click: SeenClick): Draft {
  // Somebody who clicks a known box has pointed at it; a robot only repeats what the match told it.
  const pointed = click.by === 'person' && !guesses.test(draft.source)
  return { ...draft, verified: draft.verified || pointed, clicks: [...draft.clicks, click] }
}

function applyWord(drafts: readonly Draft[], word: PersonsWord, picture: Size): readonly Draft[] {
  const { said } = word
  if ('verdict' in said) {
    return said.verdict === 'good' ? drafts.map((draft) => ({ ...draft, verified: true })) : drafts
  }
  const wanted = fitted(said.annotation, picture)
  const index = indexOf(drafts, said.target ?? said.annotation)
  const rest = drafts.filter((_, place) => place !== index)
  if (said.op === 'delete') return rest
  if (!wanted) return drafts
  const known = drafts[index]
  const moved = !known || !sameShape(known.shape, wanted.shape)
  const base = known ?? { source: 'person', confidence: null, seen: [], clicks: [] }
  // What a person drew or moved is the person's; a label confirmed as it stands keeps its origin.
  const source = moved || guesses.test(base.source) ? 'person' : base.source
  const confidence = source === 'person' ? null : base.confidence
  // What machines found at the same place is the element that the person spoke of.
  const bounds = boundsOf(wanted.shape)
  const isSamePlace = (draft: Draft) =>
    !draft.verified && !lists(draft.source) && iou(boundsOf(draft.shape), bounds) >= sameElementIou
  const [same, others] = [rest.filter(isSamePlace), rest.filter((draft) => !isSamePlace(draft))]
  const seen = [base.seen, ...same.map((draft) => draft.seen)].flat()
  const clicks = [base.clicks, ...same.map((draft) => draft.clicks)].flat()
  return [...others, { ...wanted, seen, clicks, source, confidence, verified: true, word: known?.word ?? word }]
}

function fitted({ label, shape }: LabelledShape, picture: Size): LabelledShape | null {
  if (shape.type !== 'box') return { label, shape }
  const fit = fitBox(shape.bbox, picture)
  return 'bbox' in fit ? { label, shape: { type: 'box', bbox: fit.bbox } } : null
}

/** The label a person meant: the same one, else the one that overlaps most, with the same class if there is such. */
function indexOf(drafts: readonly Draft[], meant: LabelledShape): number {
  const bounds = boundsOf(meant.shape)
  let best = -1
  let bestScore = 0
  for (const [index, draft] of drafts.entries()) {
    const equal = sameShape(draft.shape, meant.shape)
    const overlap = equal ? 1 : iou(boundsOf(draft.shape), bounds)
    const score = overlap + (draft.label === meant.label ? 1 : 0) + (equal ? 1 : 0)
    if (overlap >= sameElementIou && score > bestScore) [best, bestScore] = [index, score]
  }
  return best
}

/** A box that a person drew later may explain a click that had only a stand-in. */
function claimClicks(drafts: readonly Draft[]): readonly Draft[] {
  const isStandIn = (draft: Draft) => draft.source === 'user_click' && !draft.verified && draft.seen.length === 0
  const kept = drafts.filter((draft) => !isStandIn(draft))
  const open: Draft[] = []
  for (const draft of drafts.filter(isStandIn)) {
    const places = draft.clicks.map(({ point }) => smallestAround(kept, point))
    if (places.includes(-1)) open.push(draft)
    else {
      for (const [order, index] of places.entries()) {
        const [known, click] = [kept[index], draft.clicks[order]]
        if (known && click) kept[index] = withClick(known, click)
      }
    }
  }
  return [...kept, ...open]
}

function named(drafts: readonly Draft[]): readonly GuiAnnotation[] {
  const used = new Map<string, number>()
  const ordered = drafts.toSorted(
    (a, b) => compareShapes(a.shape, b.shape) || compare(a.label, b.label) || compare(a.source, b.source),
  )
  return ordered.map((draft) => {
    const { label, shape, source, verified, confidence } = draft
    const name = `${label}@${boundsOf(shape).join(',')}`
    const times = used.get(name) ?? 0
    used.set(name, times + 1)
    const id = times === 0 ? name : `${name}#${times + 1}`
    return { id, label, shape, confidence, source, verified, provenance: provenanceOf(draft) }
  })
}

function provenanceOf({ seen, clicks, word }: Draft): LabelProvenance {
  const all = [...seen, ...clicks]
  const first = seen[0] ?? clicks[0]
  return {
    session: first?.session ?? word?.session ?? '',
    action: first?.action ?? null,
    at: first?.at ?? word?.at ?? null,
    method: seen[0]?.method ?? null,
    threshold: seen[0]?.threshold ?? null,
    activeStates: union(all.map(({ activeStates }) => activeStates)),
    observations: Math.max(
      1,
      all.reduce((sum, { count }) => sum + count, 0),
    ),
    seen,
    clicks,
  }
}
