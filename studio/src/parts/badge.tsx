import type { DomainName, RunStatus } from '../data/types.ts'
import { domainTitles, Icon, type IconName } from './icon.tsx'

const statusIcons: Readonly<Record<RunStatus, IconName>> = {
  succeeded: 'check',
  partial: 'half',
  failed: 'cross',
  cancelled: 'stop',
}

/** How a run ended; sign and word say it, the colour only helps. */
export function StatusBadge({ status }: { status: RunStatus | null }) {
  return (
    <span className={`badge tone-${status ?? 'unknown'}`}>
      <Icon name={status ? statusIcons[status] : 'question'} size={12} />
      {status ?? 'not said'}
    </span>
  )
}

export function DomainBadge({ domain }: { domain: DomainName }) {
  return (
    <span className={`badge tone-${domain}`}>
      <Icon name={domain} size={13} />
      {domainTitles[domain]}
    </span>
  )
}
