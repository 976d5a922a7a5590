import { sayFigure } from '../../data/say.ts'

/** "patternScale" as "pattern scale". */
export const sayName = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** A setting's value, of whatever type; unknown is a dash. */
export function sayValue(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return sayFigure(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
