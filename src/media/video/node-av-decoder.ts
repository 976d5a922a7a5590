/**
 * Decodes inside this process by node-av, which is FFmpeg's libraries as a Node module. It does by hand what the
 * programs do: demux, decode, and run the same filters. Loading it takes its 170 MB binary, so this is imported late.
 */
import { AV_LOG_QUIET } from 'node-av/constants'
import { Log } from 'node-av/lib'
import type { VideoDecoder } from './decoder.ts'
import { decodeByNodeAv } from './node-av-decode.ts'
import { surveyByNodeAv } from './node-av-survey.ts'

export function nodeAvDecoder(): VideoDecoder {
  // Its messages would go to the error output of this process; what matters of them comes as return values.
  Log.setLevel(AV_LOG_QUIET)
  return { name: 'node-av', survey: surveyByNodeAv, decode: decodeByNodeAv }
}
