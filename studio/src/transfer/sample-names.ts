import type { SampleType } from '../data/types.ts'

export const sampleNames: Readonly<Record<SampleType, string>> = {
  image: 'labelled images',
  pair: 'image pairs with instruction',
  row: 'table rows',
  trajectory: 'trajectories',
}
