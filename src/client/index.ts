/** What applications embed: the typed client, and the recorder with its spools. The disk's is in `node.ts`, the browser's in `browser.ts`. */
export { type Client, type ClientOptions, createClient, type Job } from './client.ts'
export { HindsightError, type Problem } from './hindsight-error.ts'
export {
  createRecorder,
  type FlushResult,
  type RecordedEdit,
  type RecordedMedium,
  type RecordedRun,
  type Recorder,
  type RecorderOptions,
  type RunOutcome,
} from './recorder.ts'
export { memorySpool, type Spool } from './spool.ts'
export { cancelUpload, type Uploaded, uploadInPieces, type UploadOptions } from './upload.ts'
