// Motion models by number, as ../../kernel-wasm.ts lists them.

export const LOC: i32 = 0
export const LOC_ROT: i32 = 1
export const LOC_SCALE: i32 = 2
export const LOC_ROT_SCALE: i32 = 3
export const AFFINE: i32 = 4
export const PERSPECTIVE: i32 = 5

export function dimensionOf(model: i32): i32 {
  if (model == LOC) return 2
  if (model == LOC_ROT || model == LOC_SCALE) return 3
  if (model == LOC_ROT_SCALE) return 4
  return model == AFFINE ? 6 : 8
}
