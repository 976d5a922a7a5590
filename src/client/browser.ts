/** For web pages: what waits lies in IndexedDB, and outlives the page. */
export { indexedDbSpool } from './browser-spool.ts'
export * from './index.ts'
