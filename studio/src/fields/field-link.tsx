import type { ReactNode } from 'react'
import type { DomainName } from '../data/types.ts'
import { Link } from '../route/link.tsx'

interface FieldLinkProps {
  readonly domain: DomainName
  /** As the guide writes it: places in lists left out. */
  readonly path: string
  readonly children: ReactNode
}

/** The name of a field, which leads to what the guide says of it. */
export function FieldLink({ domain, path, children }: FieldLinkProps) {
  return (
    <Link className="field-link" to="/fields" params={{ domain, field: path }} title={`What ${path} is`}>
      {children}
    </Link>
  )
}
