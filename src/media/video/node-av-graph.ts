/** The filters of a {@link PixelPlan} as a graph of node-av, made anew when the frames change. */
import { Filter, FilterGraph, FilterInOut, FFmpegError, Frame, type FilterContext } from 'node-av/lib'
import type { DecodedFrame, DecodeRequest } from './decoder.ts'

interface Built {
  readonly key: string
  readonly graph: FilterGraph
  readonly source: FilterContext
  readonly sink: FilterContext
}

export class LumaGraph {
  readonly #request: DecodeRequest
  readonly #out = new Frame()
  #built: Built | null = null

  constructor(request: DecodeRequest) {
    this.#request = request
    this.#out.alloc()
  }

  /** Planes of a decoded frame, which stays the caller's. */
  async run(frame: Frame): Promise<Omit<DecodedFrame, 'pts'>> {
    const key = `video_size=${frame.width}x${frame.height}:pix_fmt=${frame.format}:colorspace=${frame.colorSpace}:range=${frame.colorRange}`
    if (this.#built?.key !== key) {
      this.#built?.graph.free()
      this.#built = await build(key, this.#request)
    }
    const { source, sink } = this.#built
    FFmpegError.throwIfError(await source.buffersrcAddFrame(frame), 'buffersrcAddFrame')
    FFmpegError.throwIfError(await sink.buffersinkGetFrame(this.#out), 'buffersinkGetFrame')
    const { width: widthPx, height: heightPx } = this.#out
    const planes = ownBytes(this.#out.toBuffer())
    this.#out.unref()
    return { widthPx, heightPx, planes }
  }

  free(): void {
    this.#built?.graph.free()
    this.#out.free()
  }
}

async function build(key: string, { plan, timeBase }: DecodeRequest): Promise<Built> {
  const graph = new FilterGraph()
  graph.alloc()
  const args = `${key}:time_base=${timeBase.numerator}/${timeBase.denominator}:pixel_aspect=1/1`
  const source = graph.createFilter(Filter.getByName('buffer')!, 'in', args)!
  const sink = graph.createFilter(Filter.getByName('buffersink')!, 'out', null)!
  const outputs = FilterInOut.createList([{ name: 'in', filterCtx: source, padIdx: 0 }])
  const inputs = FilterInOut.createList([{ name: 'out', filterCtx: sink, padIdx: 0 }])
  FFmpegError.throwIfError(graph.parsePtr(`[in]${plan.filter}[out]`, inputs, outputs), 'parsePtr')
  FFmpegError.throwIfError(await graph.config(), 'config')
  return { key, graph, source, sink }
}

/** Without a copy where the bytes already fill a buffer of their own. */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes
  const alone = buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength === byteLength
  return alone ? new Uint8Array(buffer) : Uint8Array.from(bytes)
}
