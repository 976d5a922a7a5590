import { useState } from 'react'
import type { MediaRef } from '#core/session.ts'
import type { ImagesSession } from '#domains/images/session.ts'
import { sayDuration, sayFigure } from '../../data/say.ts'
import { Card } from '../../parts/card.tsx'
import { Facts } from '../../parts/facts.tsx'
import { pictureUrl } from '../../parts/picture.tsx'
import { Segments } from '../../parts/segments.tsx'
import { Swipe } from './swipe.tsx'

const ratingWords = { [-1]: 'bad', 0: 'neither good nor bad', 1: 'good' } as const

type Mode = 'swipe' | 'beside' | 'mask'

/** One edit: the picture before and after, what was asked, and what came of it. */
export function ImagesView({ session }: { session: ImagesSession }) {
  const [mode, setMode] = useState<Mode>('swipe')
  const { context, outcome, telemetry } = session
  const inRole = (role: string) => session.media.find((media) => media.role === role) ?? null
  const [input, output, mask] = [inRole('input'), inRole('output'), inRole('mask')]
  const choices: (readonly [Mode, string])[] = [
    ['swipe', 'Swipe'],
    ['beside', 'Side by side'],
  ]
  if (mask) choices.push(['mask', 'Mask'])
  return (
    <>
      <Card
        title="Before and after"
        flush
        head={input && output && <Segments label="How to compare" value={mode} onChange={setMode} choices={choices} />}
      >
        <blockquote className="instruction">
          <p>{context.instruction}</p>
          {context.instructionNormalised && context.instructionNormalised !== context.instruction && (
            <p className="muted">taken as: {context.instructionNormalised}</p>
          )}
        </blockquote>
        {!input && !output && <p className="empty">No picture was kept.</p>}
        {input && output && mode === 'swipe' && <Swipe before={input} after={output} />}
        {input && mask && mode === 'mask' && <Swipe before={input} after={mask} afterName="Mask" />}
        {(mode === 'beside' || !input || !output) && (input || output) && (
          <div className="beside">
            {[input, output].map((picture, i) => (
              <figure key={i === 0 ? 'before' : 'after'}>
                {picture ? (
                  <img
                    src={pictureUrl(picture.sha256)}
                    width={picture.width ?? 512}
                    height={picture.height ?? 512}
                    alt={i === 0 ? 'Before' : 'After'}
                  />
                ) : (
                  <div className="missing-picture" style={{ aspectRatio: ratioOf(input ?? output) }}>
                    {i === 0 ? 'No input was kept.' : 'No output came of it.'}
                  </div>
                )}
                <figcaption className="muted">{i === 0 ? 'Before' : 'After'}</figcaption>
              </figure>
            ))}
          </div>
        )}
      </Card>
      <Card title="The edit">
        <Facts
          domain="images"
          facts={[
            ['Kind of edit', context.editType, 'context.editType'],
            [
              'Turn',
              context.turnIndex ? `${context.turnIndex}${context.turnIndex === 1 ? ' (the first)' : ''}` : null,
              'context.turnIndex',
            ],
            ['App', context.app?.name, 'context.app'],
            ['Input came by', context.inputOrigin, 'context.inputOrigin'],
            ['Language', context.language, 'context.language'],
            ['Input', sizeOf(input), 'media'],
            ['Output', sizeOf(output), 'media'],
            ['Latency', outcome.latencyMs ? sayDuration(outcome.latencyMs) : null, 'outcome.latencyMs'],
            [
              'Cost',
              outcome.cost ? `${sayFigure(outcome.cost.amount)} ${outcome.cost.currency}` : null,
              'outcome.cost',
            ],
            ['Rated', typeof outcome.rating === 'number' ? ratingWords[outcome.rating] : null, 'outcome.rating'],
            ['Then', afterwards(outcome), 'outcome.kept'],
            ['Retries', telemetry?.retries, 'telemetry.retries'],
            ['Doubt', context.origin?.doubt, 'context.origin.doubt'],
          ]}
        />
      </Card>
    </>
  )
}

function ratioOf(picture: MediaRef | null): string {
  return `${picture?.width ?? 4} / ${picture?.height ?? 3}`
}

function sizeOf(
  picture: { readonly width: number | null; readonly height: number | null; readonly mediaType: string } | null,
) {
  if (!picture) return null
  const size = picture.width !== null && picture.height !== null ? `${picture.width} × ${picture.height}, ` : ''
  return `${size}${picture.mediaType}`
}

function afterwards(outcome: ImagesSession['outcome']): string {
  const words = [
    outcome.kept === true && 'kept',
    outcome.kept === false && 'not kept',
    outcome.downloaded === true && 'downloaded',
    outcome.regenerated === true && 'made again',
    outcome.reported === true && 'reported',
  ]
  return words.filter(Boolean).join(', ')
}
