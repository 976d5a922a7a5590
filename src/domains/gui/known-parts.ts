/** A value with only the parts that its schema names. */
import { z } from 'zod'
import { isJsonObject, type Json } from '#core/json.ts'

/**
 * Unknown keys are kept in the store, since they may come from a newer recorder; they are not given to others, since nobody knows
 * what stands there: a path, or who sat at the machine.
 *
 * @param value one that fits the schema; maps whose keys are the recorder's own stay as they are
 */
export function knownParts(schema: unknown, value: Json): Json {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return knownParts(schema.unwrap(), value)
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return (value as readonly Json[]).map((item) => knownParts(schema.element, item))
  }
  if (schema instanceof z.ZodUnion) {
    const fitting = schema.options.find((option) => z.safeParse(option, value).success)
    return knownParts(fitting, value)
  }
  if (!(schema instanceof z.ZodObject) || !isJsonObject(value)) return value
  const shape: Readonly<Record<string, unknown>> = schema.shape
  const known = Object.entries(value).filter(([key]) => Object.hasOwn(shape, key))
  return Object.fromEntries(known.map(([key, inner]) => [key, knownParts(shape[key], inner)]))
}
