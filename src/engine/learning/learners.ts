/** Everything that learns: one learner for each thing whose settings are kept apart, under the names of the domains. */
import { fault } from '#core/faults.ts'
import type { Lessons } from '#core/learnable.ts'
import type { DomainName } from '#core/session.ts'
import { domains } from '#domains/domains.ts'

export const allLessons: readonly Lessons[] = domains.flatMap(({ lessons }) => lessons)

/** @throws learn.unknown */
export function lessonsByName(name: string): Lessons {
  const found = allLessons.find((lessons) => lessons.name === name)
  if (found !== undefined) return found
  throw fault('learn.unknown', { expected: allLessons.map((lessons) => lessons.name).join(', '), found: `"${name}"` })
}

/** Those that a person means: one, or all. @throws learn.unknown */
export const lessonsNamed = (name: string | null): readonly Lessons[] =>
  name === null ? allLessons : [lessonsByName(name)]

/** Those that look at sessions of a domain. */
export const lessonsOf = (domain: DomainName): readonly Lessons[] =>
  allLessons.filter((lessons) => lessons.domain === domain)
