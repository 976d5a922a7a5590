/** The tasks of care as people read them. */
import { Icon, type IconName } from '../parts/icon.tsx'
import type { CareSummary, Task } from './care-api.ts'

export const taskTitles: Readonly<Record<Task, string>> = {
  backup: 'Back up',
  verify: 'Verify',
  retention: 'Retention',
  quality: 'Check quality',
}

export const taskNotes: Readonly<Record<Task, string>> = {
  backup: 'copies what is new, and lets go of old backups',
  verify: 'reads everything again and names what is not as it was',
  retention: 'lets go of sessions of a certain age, by the rules that you set',
  quality: 'looks at what came in since the last check',
}

const conditions: Readonly<Record<CareSummary['condition'], readonly [icon: IconName, tone: string, words: string]>> = {
  off: ['stop', 'tone-unknown', 'off'],
  waiting: ['jobs', 'tone-unknown', 'waiting'],
  running: ['play', 'tone-camera', 'running'],
  good: ['check', 'tone-succeeded', 'all well'],
  failed: ['cross', 'tone-failed', 'failed'],
  overdue: ['warn', 'tone-partial', 'overdue'],
}

export function Condition({ condition }: { condition: CareSummary['condition'] }) {
  const [icon, tone, words] = conditions[condition]
  return (
    <span className={`badge ${tone}`}>
      <Icon name={icon} size={12} />
      {words}
    </span>
  )
}
