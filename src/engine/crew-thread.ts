/** A helper of the tracking kernel, in a thread of its own. */
import { workerData } from 'node:worker_threads'
import { performer } from '#vision/wasm/crew.ts'
import type { Job } from './crew.ts'
import { Desk } from './crew-desk.ts'

const { module, memory, buffer } = workerData as Job
new Desk(buffer).serve(performer(module, memory))
