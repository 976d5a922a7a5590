/** Loaded before the tests: properties are tried with cases that are the same in every run, so that a failure can be repeated. */
import fc from 'fast-check'

const asked = process.env['HINDSIGHT_TEST_SEED'] ?? '1'
if (asked !== 'random') fc.configureGlobal({ seed: Number.parseInt(asked, 10) })
