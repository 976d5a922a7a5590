/** Weights of the signs of `confidence.ts`, printed by `bench/tracking/confidence.ts fit`, to be replaced as a whole. */
export const weights = {
  intercept: 2.87,
  of: {
    error: -0.51,
    surprise: 0,
    unused: -8.37,
    pointless: 0,
    focal: -1,
    path: -1,
    rotation: -1,
    length: 0.3,
    points: 0,
    bridge: 0.1,
    gap: 0,
    tripod: 0,
    zoom: 0,
    known: 0,
    doubted: -3,
  },
}
