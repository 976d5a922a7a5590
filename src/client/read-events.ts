/** Server-sent events (WHATWG HTML, section 9.2) out of a response; works where EventSource does not, and with a token. */

export interface ServerEvent {
  /** `message` unless the server names it. */
  readonly type: string
  readonly data: string
}

/** Yields each event as its blank line arrives; an event cut off by the end of the stream is dropped, as the standard asks. */
export async function* readEvents(response: Pick<Response, 'body'>): AsyncGenerator<ServerEvent> {
  if (response.body === null) return
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let type = 'message'
  let data: string[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { type, data: data.join('\n') }
          type = 'message'
          data = []
        } else if (line.startsWith('data:')) data.push(valueOf(line))
        else if (line.startsWith('event:')) type = valueOf(line)
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined) // the line may be broken already
  }
}

function valueOf(line: string): string {
  const value = line.slice(line.indexOf(':') + 1)
  return value.startsWith(' ') ? value.slice(1) : value
}
