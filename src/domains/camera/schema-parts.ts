/** Checks that several parts of the camera schema share. Left out and null mean the same: not known. */
import { z } from 'zod'
import { regions } from './terms.ts'

export const number = z.number().nullish()
export const share = z.number().min(0).max(1).nullish()
export const positive = z.number().gt(0).nullish()
export const notNegative = z.number().min(0).nullish()
export const count = z.int().min(0).nullish()
export const frame = z.int().nullish()
export const flag = z.boolean().nullish()
export const text = z.string().max(200).nullish()
export const sentence = z.string().max(1000).nullish()

const finite = z.number()
export const pair = z.tuple([finite, finite])
export const maybePair = pair.nullish()
export const region = z.enum(regions).nullish()
export const numbers = z.array(finite).max(100_000).nullish()
export const pairs = z.array(pair).max(100_000).nullish()

/** One value per region; a name that is no region is refused. */
export const regional = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum(regions), value.nullish()).nullish()

export const record = <T extends z.ZodRawShape>(shape: T) => z.looseObject(shape).nullish()
export const list = <T extends z.ZodType>(item: T, most: number) => z.array(item).max(most).nullish()
