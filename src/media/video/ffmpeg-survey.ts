/** Asks ffprobe about a video: its stream, and the time of every packet. */
import { brief, type Fault, fault } from '#core/faults.ts'
import type { Fraction } from '#vision/frames.ts'
import { startChild } from './child.ts'
import type { VideoInput } from './decoder.ts'
import { FrameTableBuilder, secondsOf, type StreamFacts, type VideoSurvey } from './survey.ts'

/** "V" are video streams without cover art. Sections come as lines "packet|pts=0|flags=K_". */
const questions = [
  ...'-v level+error -hide_banner -select_streams V:0 -of compact -show_entries'.split(' '),
  [
    'packet=pts,dts,duration,flags',
    'stream=codec_name,width,height,pix_fmt,color_range,color_transfer,field_order,sample_aspect_ratio,avg_frame_rate,time_base,nb_frames,duration',
    'stream_side_data=rotation',
    'stream_tags=DURATION',
    'format=format_name,nb_streams,duration',
    'program_version=version',
  ].join(':'),
]

/**
 * @param ffprobe path of the program
 * @throws media.type, media.codec, media.truncated, media.empty
 */
export async function surveyByFfprobe(
  ffprobe: string,
  input: VideoInput,
  signal: AbortSignal,
): Promise<VideoSurvey & { readonly programVersion: string | null }> {
  const errors: string[] = []
  const child = startChild(ffprobe, [...questions, ...inputArguments(input)], (line) => errors.push(line), signal)
  const frames = new FrameTableBuilder()
  let stream: Fields | null = null
  let format: Fields = new Map()
  let version: Fields = new Map()
  try {
    for await (const line of linesOf(child.stdout)) {
      const fields = fieldsOf(line)
      if (line.startsWith('packet|')) frames.add(packetOf(fields))
      else if (line.startsWith('stream|') || line.startsWith('program|stream|')) stream = fields
      else if (line.startsWith('format|')) format = fields
      else if (line.startsWith('program_version|')) version = fields
    }
    signal.throwIfAborted()
    if ((await child.ended) !== 0) throw notVideo(errors, input.path)
  } finally {
    await child.stop()
  }
  if (stream === null)
    throw fault('media.type', {
      expected: 'a video',
      found: `${format.get('format_name') ?? 'a file'} without a video stream`,
      where: input.path,
    })
  const early = errors.find((line) => /ended prematurely|partial file/i.test(line))
  if (early !== undefined) {
    throw fault('media.truncated', { expected: 'a video that is whole', found: messageOf(early), where: input.path })
  }
  const facts = factsOf(stream, format)
  return { facts, frames: frames.build(facts.codec === 'vp8'), programVersion: version.get('version') ?? null }
}

/** What both programs take before the name of a file. Nothing but files may be opened, whatever a playlist names. */
export function inputArguments({ path, format, options }: VideoInput): readonly string[] {
  const given = Object.entries(options).flatMap(([name, value]) => [`-${name}`, value])
  return ['-protocol_whitelist', 'file', ...(format === null ? [] : ['-f', format]), ...given, '-i', `file:${path}`]
}

type Fields = ReadonlyMap<string, string>

function fieldsOf(line: string): Fields {
  return new Map(
    line.split('|').flatMap((field): [string, string][] => {
      const at = field.indexOf('=')
      // Unknown values are written in both ways.
      const value = field.slice(at + 1)
      return at < 0 || value === 'N/A' || value === 'unknown' ? [] : [[field.slice(0, at), value]]
    }),
  )
}

function packetOf(fields: Fields) {
  const flags = fields.get('flags') ?? ''
  return {
    pts: numberOf(fields.get('pts')),
    dts: numberOf(fields.get('dts')),
    duration: numberOf(fields.get('duration')) ?? 0,
    key: flags.includes('K'),
    discarded: flags.includes('D'),
  }
}

function factsOf(stream: Fields, format: Fields): StreamFacts {
  const container = format.get('format_name') ?? 'unknown'
  const alone = format.get('nb_streams') === '1'
  const rate = fractionOf(stream.get('avg_frame_rate'), '/')
  const aspect = fractionOf(stream.get('sample_aspect_ratio'), ':')
  return {
    codec: stream.get('codec_name') ?? 'unknown',
    container,
    widthPx: numberOf(stream.get('width')) ?? 0,
    heightPx: numberOf(stream.get('height')) ?? 0,
    pixelFormat: stream.get('pix_fmt') ?? null,
    colourRange: stream.get('color_range') ?? null,
    transfer: stream.get('color_transfer') ?? null,
    interlaced: /^(tt|bb|tb|bt)$/.test(stream.get('field_order') ?? ''),
    // ffprobe counts counterclockwise.
    turnDeg: -(numberOf(stream.get('side_data:rotation') ?? stream.get('rotation')) ?? 0),
    pixelAspect: aspect === null ? 1 : aspect.numerator / aspect.denominator,
    timeBase: fractionOf(stream.get('time_base'), '/') ?? { numerator: 1, denominator: 1_000_000 },
    frameRate: rate,
    // Elsewhere the number counts ticks or is an estimate (an AVI of 120 frames may say 240).
    declaredFrames: /\bmov\b/.test(container) ? numberOf(stream.get('nb_frames')) : null,
    declaredDurationS:
      numberOf(stream.get('duration')) ??
      secondsOf(stream.get('tag:DURATION')) ??
      (alone ? numberOf(format.get('duration')) : null),
  }
}

function notVideo(errors: readonly string[], path: string): Fault {
  const said = errors.map(messageOf).at(-1) ?? 'ffprobe failed'
  return fault('media.type', { expected: 'a video', found: brief(said.replace(`file:${path}: `, '')), where: path })
}

/** An error without who says it and how loud: "[mov @ 0x55…] [error] ". */
function messageOf(line: string): string {
  return line.replace(/^(\[[^\]]*\] )+/, '')
}

/** null for anything that is not a finite number. */
function numberOf(text: string | undefined): number | null {
  const value = Number(text ?? Number.NaN)
  return Number.isFinite(value) ? value : null
}

/** "24000/1001"; null for zero or unknown ("0/0", "0:1"). */
function fractionOf(text: string | undefined, separator: string): Fraction | null {
  const [numerator = 0, denominator = 0] = (text ?? '').split(separator).map(Number)
  return numerator > 0 && denominator > 0 ? { numerator, denominator } : null
}

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
