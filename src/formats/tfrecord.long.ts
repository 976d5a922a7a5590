/** TensorFlow is large, so this is a long form: `HINDSIGHT_TENSORFLOW=…/bin/python npm run test:kill -- tfrecord`. */
import { test } from 'node:test'
import { needs } from '#test/needs.ts'
import { checkTfrecord } from './interop/test-tfrecord.ts'

const tensorflow = needs('tensorflow')

test('TensorFlow reads TFRecord shards by the program in their README.md', tensorflow, () =>
  checkTfrecord('read_tfrecord_tensorflow.py', tensorflow.path),
)
