/** Roles as people read them. */
import type { Role } from '#core/principal.ts'

export const roleWords: Readonly<Record<Role, string>> = {
  viewer: 'looks at everything, changes nothing',
  reviewer: 'looks, says what they think, makes datasets and exports',
  recorder: 'records, and looks at nothing',
  owner: 'may do everything',
}

/** "all projects", or the one. */
export const projectWords = (project: string | null): string =>
  project === null ? 'all projects' : `project ${project}`
