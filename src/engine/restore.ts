/** Making a data directory from a backup; the store checks all of it first. */
export { restore as restoreBackup } from '#store/restore.ts'
