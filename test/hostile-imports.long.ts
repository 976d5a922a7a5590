// The same properties with far more cases.
process.env['HINDSIGHT_HOSTILE_TRIES'] ??= '5000'
await import('./hostile-imports.test.ts')

export {}
