/** How an images session is found in lists, and the line that shows it there. */
import type { Facet } from '#core/query.ts'
import type { AnySession } from '#core/session.ts'
import { asImages, picture } from './session.ts'

export function imagesFacets(recorded: AnySession): readonly Facet[] {
  const session = asImages(recorded)
  const { context, outcome } = session
  const { values } = session.settings
  const [input, output] = [picture(session, 'input'), picture(session, 'output')]
  const known: readonly (readonly [string, string | number | boolean | null | undefined])[] = [
    ['model', values.model],
    ['provider', values.provider],
    ['editType', context.editType],
    ['language', context.language],
    ['app', context.app?.name],
    ['turn', context.turnIndex],
    ['inputWidth', input?.width],
    ['inputHeight', input?.height],
    ['outputType', output?.mediaType],
    ['latencyMs', outcome.latencyMs],
    ['cost', outcome.cost?.amount],
    ['rating', outcome.rating],
    ['kept', outcome.kept],
    ['reported', outcome.reported],
    ['clientSupplied', context.clientSupplied],
    ['error', outcome.error?.code],
  ]
  return known.flatMap(([key, value]): readonly Facet[] => {
    if (typeof value === 'number') return [{ key, number: value }]
    if (typeof value === 'boolean') return [{ key, text: value ? 'yes' : 'no' }]
    return typeof value === 'string' && value !== '' ? [{ key, text: value }] : []
  })
}

/** The words of the instruction: derived, and erased with the session. */
export function imagesSearchText(recorded: AnySession): string {
  const { context, settings } = asImages(recorded)
  const words = [context.instruction, context.instructionNormalised, context.editType, settings.values.model]
  return [...new Set(words.filter((word) => typeof word === 'string'))].join(' ')
}

/** More than 60 characters; the first 59 are kept. */
const longText = /^(.{59}).{2,}$/su

/** "make it winter, 640 x 480, model-3, rated good" */
export function imagesSummary(recorded: AnySession): string {
  const session = asImages(recorded)
  const { context, outcome, settings } = session
  const words = context.instruction.replace(/\s+/gu, ' ').trim()
  const input = picture(session, 'input')
  const parts = [
    // By code points, so that no character is cut in half.
    words.replace(longText, '$1…'),
    input?.width && input.height ? `${input.width} x ${input.height}` : null,
    settings.values.model,
    context.turnIndex && context.turnIndex > 1 ? `turn ${context.turnIndex}` : null,
    outcome.status === 'failed' || outcome.status === 'cancelled' ? outcome.status : null,
    outcome.rating === 1 ? 'rated good' : outcome.rating === -1 ? 'rated bad' : null,
  ]
  return parts.filter((part) => typeof part === 'string').join(', ')
}
