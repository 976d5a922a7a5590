/** Weights of the signs of `confidence.ts`, printed by `bench/tracking/confidence.ts fit`, to be replaced as a whole. */
export const weights = {
  intercept: 1.533,
  of: {
    error: -2.976,
    surprise: -0.065,
    unused: -2.662,
    pointless: -2.956,
    focal: -0.997,
    path: -1.823,
    rotation: -0.083,
    length: 0,
    points: 0.155,
    bridge: 0.254,
    gap: -1.689,
    depth: 0,
    sweep: 0.728,
    tripod: 1.779,
    zoom: -1.219,
    known: -1.989,
    doubted: -5.412,
  },
}
