import type { ReactNode } from 'react'
import type { Role } from '#core/principal.ts'
import { useMay } from '../data/me.ts'

interface MayProps {
  readonly needs: Role
  /** For what is about all projects or about the machine. */
  readonly everywhere?: boolean
  readonly children: ReactNode
}

/** Shows what only some roles may do to those that may: a button that is always refused is worse than none. */
export function May({ needs, everywhere = false, children }: MayProps) {
  const may = useMay()
  return may(needs, everywhere ? 'everywhere' : undefined) ? children : null
}
