export { parallaxOf } from '../motion/parallax.ts'
