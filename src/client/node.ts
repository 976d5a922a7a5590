/** For programs on Node: what waits lies on the disk, and outlives the program. */
export * from './index.ts'
export { type DiskSpool, diskSpool } from './node-spool.ts'
