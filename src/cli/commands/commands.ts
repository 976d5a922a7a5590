/**
 * The commands: the whole list, in the order the help shows them. A command's file is loaded when it is called, with what it
 * stands on: the engine, its store and its libraries take longer to load than a short command takes to run.
 */
import type { Command } from '../command.ts'

/** By name. */
const files: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).start,
  doctor: async () => (await import('./doctor.ts')).doctor,
  sessions: async () => (await import('./sessions.ts')).sessions,
  stats: async () => (await import('./stats.ts')).stats,
  track: async () => (await import('./track.ts')).track,
  match: async () => (await import('./match.ts')).match,
  predict: async () => (await import('./predict.ts')).predict,
  'learn status': async () => (await import('./learn.ts')).learnStatusCommand,
  'learn evaluate': async () => (await import('./learn.ts')).learnEvaluate,
  'learn train': async () => (await import('./learn.ts')).learnTrain,
  'learn proposals': async () => (await import('./learn-proposals.ts')).learnProposals,
  'learn regions': async () => (await import('./learn-proposals.ts')).learnRegions,
  'learn models': async () => (await import('./learn.ts')).learnModels,
  'learn activate': async () => (await import('./learn.ts')).learnActivate,
  'learn rollback': async () => (await import('./learn.ts')).learnRollback,
  'learn export': async () => (await import('./learn.ts')).learnExport,
  'learn import': async () => (await import('./learn.ts')).learnImport,
  'learn experiment': async () => (await import('./learn.ts')).learnExperiment,
  'learn rebuild': async () => (await import('./learn.ts')).learnRebuild,
  'learn reset': async () => (await import('./learn.ts')).learnReset,
  import: async () => (await import('./import.ts')).importCommand,
  imports: async () => (await import('./import.ts')).importList,
  'import-undo': async () => (await import('./import.ts')).importUndo,
  export: async () => (await import('./export.ts')).exportCommand,
  'dataset create': async () => (await import('./dataset.ts')).datasetCreate,
  'dataset commit': async () => (await import('./dataset.ts')).datasetCommit,
  'dataset list': async () => (await import('./dataset.ts')).datasetList,
  'dataset show': async () => (await import('./dataset.ts')).datasetShow,
  'dataset diff': async () => (await import('./dataset.ts')).datasetDiff,
  duplicates: async () => (await import('./duplicates.ts')).duplicates,
  'consent declare': async () => (await import('./consent.ts')).consentDeclare,
  'consent withdraw': async () => (await import('./consent.ts')).consentWithdraw,
  'consent list': async () => (await import('./consent.ts')).consentList,
  'quota list': async () => (await import('./quota.ts')).quotaList,
  'quota set': async () => (await import('./quota.ts')).quotaSet,
  'webhooks add': async () => (await import('./webhooks.ts')).webhooksAdd,
  'webhooks list': async () => (await import('./webhooks.ts')).webhooksList,
  'webhooks test': async () => (await import('./webhooks.ts')).webhooksTest,
  'webhooks enable': async () => (await import('./webhooks.ts')).webhooksEnable,
  'webhooks remove': async () => (await import('./webhooks.ts')).webhooksRemove,
  'people add': async () => (await import('./people.ts')).peopleAdd,
  'people list': async () => (await import('./people.ts')).peopleList,
  'people set-role': async () => (await import('./people.ts')).peopleSetRole,
  'people disable': async () => (await import('./people.ts')).peopleDisable,
  'people enable': async () => (await import('./people.ts')).peopleEnable,
  'people password': async () => (await import('./people.ts')).peoplePassword,
  'keys add': async () => (await import('./keys.ts')).keysAdd,
  'keys list': async () => (await import('./keys.ts')).keysList,
  'keys revoke': async () => (await import('./keys.ts')).keysRevoke,
  audit: async () => (await import('./audit.ts')).audit,
  forget: async () => (await import('./forget.ts')).forget,
  verify: async () => (await import('./verify.ts')).verify,
  backup: async () => (await import('./backup.ts')).backup,
  'schedule list': async () => (await import('./schedule.ts')).scheduleList,
  'schedule set': async () => (await import('./schedule.ts')).scheduleSet,
  'schedule off': async () => (await import('./schedule.ts')).scheduleOff,
  'schedule run': async () => (await import('./schedule.ts')).scheduleRun,
  restore: async () => (await import('./restore.ts')).restore,
  archive: async () => (await import('./archive.ts')).archive,
  'archive list': async () => (await import('./archive.ts')).archiveList,
  'archive show': async () => (await import('./archive.ts')).archiveShow,
  'archive restore': async () => (await import('./archive.ts')).archiveRestore,
  compact: async () => (await import('./compact.ts')).compact,
  reindex: async () => (await import('./reindex.ts')).reindex,
  gc: async () => (await import('./gc.ts')).gc,
  reset: async () => (await import('./reset.ts')).reset,
}

/** The commands whose name begins with a word; all of them where none does, or without one. */
export async function loadCommands(word?: string): Promise<readonly Command[]> {
  const called = Object.keys(files).filter((name) => name.split(' ')[0] === word)
  const names = called.length > 0 ? called : Object.keys(files)
  return await Promise.all(names.map((name) => files[name]!()))
}
