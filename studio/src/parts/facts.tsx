import type { ReactNode } from 'react'
import type { DomainName } from '../data/types.ts'
import { FieldLink } from '../fields/field-link.tsx'

/** `path`: of the field of a session that the value is, so that its name leads to the guide. */
export type Fact = readonly [name: string, value: ReactNode, path?: string]

/** Names and values side by side; what is not known is left out, since absence says that already. */
export function Facts({ facts, domain }: { facts: readonly Fact[]; domain?: DomainName }) {
  const known = facts.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== '–')
  if (known.length === 0) return <p className="faint">Nothing is known.</p>
  return (
    <dl className="facts">
      {known.map(([name, value, path]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>
            {domain === undefined || path === undefined ? (
              name
            ) : (
              <FieldLink domain={domain} path={path}>
                {name}
              </FieldLink>
            )}
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
