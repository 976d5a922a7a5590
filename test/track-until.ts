/** Run as a program by track-kill.test.ts: tracks a clip and kills itself the moment a phase begins. node track-until.ts PHASE CLIP DATA */
import { makeContext } from '#engine/engine.ts'
import { openRecording } from '#engine/record-track.ts'
import { trackRequest } from '#engine/track-request.ts'
import { trackFile } from '#engine/track.ts'

const [phase, clip = '', data = ''] = process.argv.slice(2)
const ctx = makeContext({ seed: 0 })
const recording = await openRecording(data, { project: 'default', clip, chosen: [] }, ctx)
await trackFile(trackRequest(clip, { policy: 'defaults' }), ctx, recording?.recorder, {
  phase: (entered) => {
    if (entered === phase) process.kill(process.pid, 'SIGKILL')
  },
})
