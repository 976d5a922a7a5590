/** Runs the command line. */
import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'

// Most of a short command's time is stripping types and compiling; the cache is keyed by content, so it is never stale.
enableCompileCache()
// Threads take it from the environment; below the folder that is named there is one for each version of Node.
const cache = getCompileCacheDir()
if (cache !== undefined) process.env['NODE_COMPILE_CACHE'] ??= dirname(cache)
const { runCli } = await import('./program.ts')

process.exitCode = await runCli(process.argv.slice(2), process)
