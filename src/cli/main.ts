/** Runs the command line. */
import { enableCompileCache } from 'node:module'

// Most of a short command's time is stripping types and compiling; the cache is keyed by content, so it is never stale.
enableCompileCache()
const { runCli } = await import('./program.ts')

process.exitCode = await runCli(process.argv.slice(2), process)
