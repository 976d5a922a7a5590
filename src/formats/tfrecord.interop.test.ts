import { test } from 'node:test'
import { python } from './interop/test-exports.ts'
import { checkTfrecord } from './interop/test-tfrecord.ts'

test('TFRecord shards are what their specifications say, and what they hold is the samples', python, () =>
  checkTfrecord('read_tfrecord.py', python.path),
)
