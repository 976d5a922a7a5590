import { canonicalJson } from '#core/json.ts'
import { sayFigure, sayPercent } from '../data/say.ts'
import type { AnySession } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { Facts, type Fact } from '../parts/facts.tsx'

/** What was used, why it was chosen, and with what probability: what a learner needs to learn from it. */
export function SettingsCard({ session: { settings, domain } }: { session: AnySession }) {
  const { values, reason, propensity, policy } = settings
  const known = Object.entries(values).filter(([, value]) => value !== null)
  return (
    <Card title="Settings as used">
      <div className="settings">
        {known.length === 0 ? (
          <p className="muted">None were recorded.</p>
        ) : (
          <Facts
            domain={domain}
            facts={known.map(([name, value]): Fact => [inWords(name), shown(value), `settings.values.${name}`])}
          />
        )}
        <Facts
          domain={domain}
          facts={[
            ['Why', reason ?? 'not said', 'settings.reason'],
            [
              'Propensity',
              propensity === null ? 'not a random choice that is known of' : sayPercent(propensity),
              'settings.propensity',
            ],
            [
              'Policy',
              policy === null ? 'none' : `${policy.name}${policy.version === null ? '' : ` ${policy.version}`}`,
              'settings.policy',
            ],
          ]}
        />
      </div>
    </Card>
  )
}

/** `patternSize` reads "Pattern size". */
function inWords(key: string): string {
  const words = key.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function shown(value: unknown): string {
  if (typeof value === 'number') return sayFigure(value)
  return typeof value === 'string' ? value : canonicalJson(value)
}
