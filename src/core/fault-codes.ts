/**
 * The catalogue of faults: every code that Hindsight can answer with, in one place. `docs/errors.md` is generated from
 * it, and a test holds the two together.
 */

/** `user`: the input is wrong. `damaged`: stored data is not what it was. `surroundings`: disk, network, other programs. */
export type FaultKind = 'user' | 'damaged' | 'surroundings'

interface FaultEntry {
  readonly kind: FaultKind
  readonly status: number
  readonly about: string
  readonly fix: string
}

const entry = (kind: FaultKind, status: number, about: string, fix: string): FaultEntry => ({
  kind,
  status,
  about,
  fix,
})

export const faultCodes = {
  // JSON
  'json.malformed': entry('user', 400, 'The text is not JSON.', 'correct the text at the position named'),
  'json.number': entry(
    'user',
    400,
    'NaN or an infinity stands where a number must be finite.',
    'write null for a value that is not known',
  ),
  'json.key': entry('user', 400, 'A key is refused because it could change objects elsewhere.', 'rename the key'),
  'json.unicode': entry(
    'user',
    400,
    'A string holds half of a surrogate pair.',
    'encode the text as well-formed UTF-8',
  ),
  'json.depth': entry('user', 400, 'The nesting is deeper than any record needs.', 'flatten the value'),
  'json.type': entry('user', 400, 'A value has a type that JSON cannot hold.', 'send plain JSON values'),
  // records
  'session.invalid': entry(
    'user',
    422,
    'A session does not fit its schema.',
    'correct the field named; GET /api/v1/schemas/{name} shows the schema, docs/fields.md what each field is',
  ),
  'session.conflict': entry(
    'user',
    409,
    'The id is taken by a session with other content; sessions never change.',
    'send the change as an edit, or use a new id',
  ),
  'session.unknown': entry('user', 404, 'No session has this id.', 'look the id up with "hindsight sessions"'),
  'session.domain': entry('user', 422, 'The domain is none that is recorded.', 'use camera, images or gui'),
  'session.version': entry('user', 422, 'The schema version is newer than this program.', 'update Hindsight'),
  'session.media': entry(
    'user',
    422,
    'A session names media that were not uploaded.',
    'upload the blob first (PUT /api/v1/blobs/{sha256}), then send the session again',
  ),
  'session.archived': entry(
    'user',
    410,
    'The session was moved to an archive.',
    'bring it back with "hindsight archive restore FILE --id ID"',
  ),
  'session.forgotten': entry(
    'user',
    410,
    'The session was erased on request and is not taken in again.',
    'leave it out',
  ),
  'edit.invalid': entry('user', 422, 'An edit does not fit its schema.', 'correct the field named'),
  'edit.conflict': entry('user', 409, 'The edit id is taken by another edit.', 'use a new id'),
  'consent.missing': entry(
    'user',
    403,
    'Nobody agreed to this use of the data.',
    "send a consent field, or have the owner declare the project's consent basis",
  ),
  'consent.invalid': entry(
    'user',
    422,
    'The consent statement is not understood.',
    'send true, or {basis, scopes} as the schema says',
  ),
  // blobs
  'blob.unknown': entry('user', 404, 'No blob has this hash.', 'upload it first'),
  'blob.mismatch': entry(
    'user',
    422,
    'The bytes do not have the hash they were announced with.',
    'send the bytes again; nothing was stored',
  ),
  'blob.corrupt': entry(
    'damaged',
    500,
    'A stored blob no longer has its hash.',
    'run "hindsight verify --repair" to set it aside and list the records that use it',
  ),
  // limits that an owner set
  'quota.bytes': entry(
    'surroundings',
    507,
    'The project holds as many bytes of blobs as its owner allows.',
    'have the owner raise the quota ("hindsight quota set"), or erase what is not needed',
  ),
  'quota.sessions': entry(
    'surroundings',
    507,
    'The project holds as many sessions as its owner allows.',
    'have the owner raise the quota ("hindsight quota set"), or erase what is not needed',
  ),
  'quota.rate': entry('user', 429, 'This key writes faster than its owner allows.', 'wait as Retry-After says'),
  // webhooks
  'webhook.unknown': entry('user', 404, 'No webhook has this id.', 'list them with "hindsight webhooks list"'),
  'webhook.address': entry('user', 422, 'The address is not one that may be told.', 'give one that others can reach'),
  'webhook.disabled': entry(
    'user',
    409,
    'The webhook was disabled.',
    'mend the receiver, then "hindsight webhooks enable"',
  ),
  // uploads that may break off
  'upload.unknown': entry('user', 404, 'No upload has this id; perhaps it was given up.', 'begin it anew'),
  'upload.offset': entry(
    'user',
    409,
    'The bytes do not begin where the upload stands.',
    'ask where it stands (HEAD), and go on from there',
  ),
  'upload.busy': entry('user', 423, 'Somebody else writes this upload.', 'wait a moment, ask where it stands, go on'),
  'upload.checksum': entry('user', 460, 'The bytes are not those that were meant.', 'send them again'),
  'upload.many': entry('user', 429, 'Too many uploads were begun and not finished.', 'finish or end some of them'),
  'upload.version': entry(
    'user',
    412,
    'The client speaks another version of the protocol for uploads.',
    'send "Tus-Resumable: 1.0.0"',
  ),
  // images
  'template.useless': entry(
    'user',
    422,
    'The picture cannot be sought in another one.',
    'cut a part with a border, a word or an icon on it',
  ),
  'image.type': entry('user', 415, 'The bytes are not an image of an accepted type.', 'send JPEG, PNG or WebP'),
  'image.truncated': entry('user', 422, 'The image breaks off before its end.', 'send the whole file'),
  'image.damaged': entry(
    'user',
    422,
    'The image is whole, but its content cannot be decoded.',
    'make the file again from its source',
  ),
  'image.size': entry(
    'user',
    413,
    'The image has more pixels than the limit.',
    'send a smaller image, or raise the limit',
  ),
  // video and image sequences
  'media.type': entry(
    'user',
    415,
    'The file is no video and no image that can be read.',
    'name a video, or a folder of numbered images',
  ),
  'media.codec': entry(
    'user',
    415,
    'The codec or pixel format cannot be decoded here.',
    'convert it, for instance with "ffmpeg -i IN -c:v libx264 -crf 12 OUT.mp4"',
  ),
  'media.decoder': entry(
    'surroundings',
    500,
    'Nothing on this machine decodes video.',
    'install ffmpeg ("npm run setup:system", or your package manager), or run "npm ci" without leaving out optional packages',
  ),
  'media.empty': entry('user', 422, 'There is no frame.', 'name a video or folder that holds pictures'),
  'media.truncated': entry(
    'user',
    422,
    'The video breaks off before the end that it announces.',
    'copy or export it again from its source',
  ),
  'media.damaged': entry(
    'user',
    422,
    'A frame cannot be decoded, or only with errors.',
    'copy or export the clip again from its source',
  ),
  'media.frame-count': entry(
    'user',
    422,
    'Decoding gave other frames than the container announces.',
    'write it anew, for instance with "ffmpeg -i IN -c:v libx264 -crf 12 OUT.mp4"',
  ),
  'media.frame-size': entry(
    'user',
    422,
    'The frames of one clip differ in size or depth.',
    'bring all frames to one size, or cut the clip where it changes',
  ),
  'media.sequence': entry(
    'user',
    422,
    'The images are not one sequence that is numbered without a gap.',
    'add or rename the files named, or name a pattern such as shot.####.png',
  ),
  'clip.unknown': entry('user', 404, 'The clip is not known on this machine.', 'open it again by its path'),
  'clip.gone': entry(
    'user',
    409,
    'The clip does not lie any more where it was, or was changed.',
    'open it again where it lies now; what was recorded of it stays known',
  ),
  'track.unknown': entry(
    'user',
    404,
    'There are no tracks, or no solve, to be had.',
    'choose a session or job of a run that was tracked to its end',
  ),
  'track.busy': entry(
    'user',
    409,
    'Clips of the project are being tracked, and would be recorded again.',
    'wait for these jobs, or cancel them',
  ),
  'scene.empty': entry(
    'user',
    422,
    'The solve has nothing of what was asked for, as an ST-map of a lens without distortion.',
    'ask for another program, or solve with a lens',
  ),
  'media.range': entry('user', 422, 'The frames asked for are not in the clip.', 'choose frames within it'),
  // store
  'store.version': entry(
    'damaged',
    500,
    'The data directory was written by another version.',
    'update Hindsight; data are only ever migrated forwards',
  ),
  'store.migration': entry(
    'damaged',
    500,
    'The list of migrations in the store is not the one this program knows.',
    'use the program version that wrote the data',
  ),
  'store.corrupt': entry(
    'damaged',
    500,
    'The catalog does not pass its own check.',
    'run "hindsight verify", then restore from a backup',
  ),
  'store.busy': entry(
    'surroundings',
    503,
    'Another process held the catalog for too long.',
    'try again; the request is safe to repeat',
  ),
  'store.overloaded': entry(
    'surroundings',
    503,
    'More is coming in than the disk takes, and what may wait in memory waits already.',
    'try again as Retry-After says; the request is safe to repeat',
  ),
  'store.full': entry(
    'surroundings',
    507,
    'The disk is too full to take in more data safely.',
    'free disk space, or move the data directory; what is stored is safe',
  ),
  'store.permission': entry(
    'surroundings',
    500,
    'The data directory cannot be written.',
    'give the user that runs Hindsight write access to it',
  ),
  'store.handles': entry(
    'surroundings',
    503,
    'The program may open no more files.',
    'allow it more (ulimit -n, LimitNOFILE= of a service), then repeat the request, which is safe',
  ),
  'store.disk': entry(
    'surroundings',
    500,
    'The disk failed to read or write.',
    'look into the log of the system, copy the data to another disk, and run "hindsight verify" there',
  ),
  'store.missing': entry(
    'user',
    404,
    'There is no data directory here.',
    'start the engine once, or point --data at the right folder',
  ),
  'store.occupied': entry('user', 409, 'The target holds data already.', 'choose an empty folder'),
  'record.corrupt': entry(
    'damaged',
    500,
    'A stored record no longer has its hash.',
    'run "hindsight verify --repair", then restore the record from a backup',
  ),
  'journal.unknown': entry(
    'user',
    404,
    'No open journal has this id.',
    'open the journal first; a journal whose writer was gone is already closed as failed',
  ),
  'journal.invalid': entry('user', 422, 'A journal line cannot be applied.', 'correct the operation named'),
  'backup.invalid': entry('damaged', 422, 'The backup is not complete or not unchanged.', 'use another backup'),
  // files and archives
  'file.missing': entry('user', 404, 'The file or folder does not exist.', 'correct the path'),
  'file.permission': entry(
    'surroundings',
    500,
    'The file or folder may not be read or written.',
    'give the user that runs Hindsight access to it',
  ),
  'file.encoding': entry('user', 422, 'The text is in no encoding that could be read.', 'save the file as UTF-8'),
  'archive.malformed': entry('user', 422, 'The archive cannot be read.', 'make it again, or send it unpacked'),
  'archive.encrypted': entry(
    'user',
    422,
    'The archive is locked with a password.',
    'make the archive again without a password',
  ),
  'archive.path': entry(
    'user',
    422,
    'An archive member would land outside the target.',
    'make the archive again with relative names',
  ),
  'archive.link': entry(
    'user',
    422,
    'An archive holds a link; links are not followed.',
    'make the archive again with plain files',
  ),
  'archive.duplicate': entry(
    'user',
    422,
    'Two members of an archive have names that one disk cannot tell apart.',
    'rename one of them',
  ),
  'archive.bomb': entry(
    'user',
    413,
    'The archive would unpack to far more than its limits.',
    'split it, or raise the limit',
  ),
  'layout.unknown': entry(
    'user',
    422,
    'No known layout fits what was given.',
    'see which requirement failed for each layout',
  ),
  'layout.invalid': entry(
    'user',
    422,
    'A file of a known layout does not hold what it must.',
    'correct the file at the place named',
  ),
  // erasure
  'receipt.invalid': entry(
    'user',
    422,
    'This is no receipt of an erasure in this data directory.',
    'name the file that "hindsight forget" wrote, and the data directory that it was run on',
  ),
  // archives of this program
  'archive.unknown': entry('user', 404, 'No archive has this id.', 'list them with "hindsight archive list"'),
  'archive.empty': entry('user', 422, 'There is nothing to archive.', 'widen the query'),
  'archive.gone': entry('user', 404, 'The archive does not lie where it was.', 'name the file where it lies now'),
  'archive.invalid': entry(
    'damaged',
    500,
    'The file is no archive as Hindsight wrote it.',
    'use another copy of the file',
  ),
  // datasets and exports
  'dataset.unknown': entry(
    'user',
    404,
    'No dataset or version has this name.',
    'list them with "hindsight dataset list"',
  ),
  'dataset.exists': entry('user', 409, 'The dataset name is taken.', 'choose another name'),
  'dataset.empty': entry('user', 422, 'The selection holds no sample.', 'widen the query'),
  'dataset.invalid': entry(
    'user',
    422,
    'A dataset, version or split is not described correctly.',
    'correct the value named',
  ),
  'dataset.leak': entry(
    'user',
    409,
    'Parts of one group would land in different splits.',
    'split by group, or allow it explicitly',
  ),
  'query.invalid': entry('user', 422, 'A query cannot be understood.', 'correct the filter named'),
  'schema.unknown': entry('user', 404, 'No schema has this name.', 'list them with GET /api/v1/schemas'),
  'query.unknown': entry('user', 404, 'No saved query has this name.', 'list the saved queries'),
  'cursor.invalid': entry(
    'user',
    400,
    'The page cursor is not one that this query gave out.',
    'start again from the first page',
  ),
  'format.unknown': entry('user', 422, 'No format has this name.', 'choose one of the formats listed'),
  'format.option': entry('user', 422, 'A format option is unknown or out of range.', 'correct the option named'),
  'format.loss': entry(
    'user',
    422,
    'The format cannot hold everything, and --strict was asked for.',
    'leave out --strict, or choose another format',
  ),
  'format.sample': entry(
    'user',
    422,
    'A sample does not fit the format.',
    'choose a format made for this kind of sample',
  ),
  // tracking
  'track.mask': entry('user', 422, 'The mask file is not understood.', 'correct it as docs/spec.md describes'),
  'track.policy': entry('user', 422, 'No policy has this name.', 'choose one of those named, or leave it out'),
  'track.camera': entry(
    'user',
    422,
    'No camera of this name is known.',
    'choose one that `hindsight track --camera list` shows, or give --sensor-width in millimetres',
  ),
  'track.focal': entry(
    'user',
    422,
    'The clip does not say with which focal length it was taken.',
    'give it as --focal 35mm, or leave --focal out to have it found',
  ),
  'track.tracks': entry(
    'user',
    422,
    'The file of tracks is not understood.',
    'bring tracks.json or tracks.csv as `hindsight track` writes them, of this clip',
  ),
  // engines that track
  'engine.missing': entry(
    'surroundings',
    500,
    'The program that should track is not on this machine.',
    'install Blender (blender.org, or "npm run setup:system -- --blender"), name it with HINDSIGHT_BLENDER, or use the embedded engine',
  ),
  'engine.version': entry(
    'surroundings',
    500,
    'The program that should track is of a version that does not work here.',
    'install the version named, or use the embedded engine',
  ),
  'engine.clip': entry(
    'user',
    422,
    'The program that tracks reads the clip differently, or not at all.',
    'write the frames as pictures, for instance with "ffmpeg -i CLIP -vsync 0 frame_%05d.png", and name the first one',
  ),
  'engine.crashed': entry(
    'surroundings',
    500,
    'The program that tracks ended or answered wrongly in the middle of its work.',
    'try again; if it happens again with this clip, use the embedded engine',
  ),
  'engine.stuck': entry(
    'surroundings',
    500,
    'The program that tracks gave no answer for too long, and was ended.',
    'try again with fewer tracks or a shorter range, or use the embedded engine',
  ),
  // learning
  'experiment.unknown': entry(
    'user',
    404,
    'No experiment has this name.',
    'list them with "hindsight learn experiment list"',
  ),
  'experiment.invalid': entry('user', 422, 'The experiment cannot be made like this.', 'correct what is named'),
  'experiment.exists': entry('user', 409, 'An experiment of this name was made before.', 'choose another name'),
  'experiment.running': entry(
    'user',
    409,
    'Two experiments at once would be drawn into each other.',
    'stop the one that runs, then start the new one',
  ),
  'learn.unknown': entry('user', 404, 'Nothing is learned under this name.', 'choose one of those named'),
  'model.unknown': entry('user', 404, 'There is no such trained model.', 'list them with "hindsight learn models"'),
  'model.refused': entry(
    'user',
    409,
    'The model has not earned to act.',
    'train it on more sessions with "hindsight learn train"',
  ),
  'model.invalid': entry(
    'user',
    422,
    'This is no model as it was exported.',
    'use a file as "hindsight learn export" wrote it',
  ),
  'model.damaged': entry(
    'damaged',
    500,
    'A trained model is not as it was written.',
    'train it anew with "hindsight learn train"',
  ),
  // people and keys
  'people.sign-in': entry(
    'user',
    401,
    'The name or the password is wrong; which of them is not said.',
    'try again; an owner, or "hindsight people password" on the machine itself, can give a new password',
  ),
  'people.slow': entry('user', 429, 'There were too many attempts to sign in.', 'wait for the time named'),
  'people.password': entry('user', 422, 'The new password is too easy to guess.', 'choose a longer one, a few words'),
  'people.unknown': entry('user', 404, 'No account has this name.', 'list them with "hindsight people list"'),
  'people.taken': entry('user', 409, 'The name belongs to another account, token or key.', 'choose another name'),
  'people.first-owner': entry(
    'user',
    422,
    'The first account must own all projects, since from then on everybody signs in.',
    'make it with the role owner and without a project',
  ),
  'people.last-owner': entry(
    'user',
    409,
    'Nobody would be left who owns all projects.',
    'make somebody else an owner of all projects first',
  ),
  'import.unknown': entry('user', 404, 'No import of this id replaced anything.', 'see "hindsight imports"'),
  'key.unknown': entry('user', 404, 'No token or key has this id.', 'list them with "hindsight keys list"'),
  'key.origin': entry(
    'user',
    403,
    'The ingest key does not belong to pages of this origin.',
    'make a key that names the origin, as the browser writes it',
  ),
  // jobs
  'job.unknown': entry('user', 404, 'No job has this id.', 'list the jobs'),
  'job.cancelled': entry('user', 409, 'The job was cancelled.', 'start it again if it is still wanted'),
  'job.failed': entry('surroundings', 500, 'The job ended with an error.', 'see the error inside'),
  // care
  'verify.faults': entry(
    'damaged',
    500,
    'A check of everything found faults.',
    'run "hindsight verify", which names each of them; then "hindsight verify --repair", or restore a backup',
  ),
  'schedule.invalid': entry(
    'user',
    422,
    'A schedule cannot be understood.',
    'correct the field named; docs/guides/running-as-a-service.md has examples',
  ),
  'schedule.unseen': entry(
    'user',
    409,
    'Rules that take sessions away are only switched on after their effect was shown.',
    'look at the preview first: what it shows has to be sent along',
  ),
  // the doors
  'request.invalid': entry(
    'user',
    400,
    'A parameter, query or body does not fit its schema.',
    'correct the field named; see /api/v1/openapi.json',
  ),
  'request.route': entry('user', 404, 'There is no such route.', 'see /api/v1/openapi.json for the routes'),
  'request.type': entry('user', 415, 'The content type is not accepted here.', 'send the content type named'),
  'request.large': entry('user', 413, 'The body, field or count is over its limit.', 'send less at a time'),
  'request.origin': entry(
    'user',
    403,
    'The request comes from a page of another site.',
    'send it from the studio, or with a token',
  ),
  'request.token': entry(
    'user',
    401,
    'Nobody is signed in, and no token or key came that is in force.',
    'sign in, or send "Authorization: Bearer TOKEN"',
  ),
  'request.project': entry(
    'user',
    403,
    'The principal is bound to another project, or to one where all are meant.',
    'name its own project, or none',
  ),
  'request.csrf': entry(
    'user',
    403,
    'A change came by cookie, without the proof that a page of this engine sent it.',
    'send the "csrf" of GET /api/v1/me as the header X-Hindsight-CSRF',
  ),
  'request.role': entry('user', 403, 'The principal may not do this.', 'ask the owner for the role named'),
  usage: entry('user', 400, 'The command line is not understood.', 'see --help'),
  'server.unreachable': entry(
    'surroundings',
    503,
    'No engine answers at the address.',
    'start it with "npm start", or correct the address',
  ),
  'server.foreign': entry(
    'surroundings',
    502,
    'Something other than Hindsight answered.',
    'check the address, and any proxy in between',
  ),
  'spool.full': entry(
    'surroundings',
    507,
    'There is no room left for what waits to be sent.',
    'start the engine, so that it is taken; or give the spool more room',
  ),
  'spool.failed': entry(
    'surroundings',
    500,
    'What was recorded could not be kept or sent.',
    'see what was found; a recorder never fails its application',
  ),
  'port.taken': entry(
    'surroundings',
    500,
    'Another program listens on the port.',
    'stop it, or choose another with --port',
  ),
  'settings.invalid': entry('user', 422, 'A setting of the program is not understood.', 'correct the value named'),
  'setup.missing': entry('surroundings', 500, 'A program this needs is not installed.', 'run "npm run setup:system"'),
} as const satisfies Record<string, FaultEntry>

export type FaultCode = keyof typeof faultCodes
