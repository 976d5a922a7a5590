/** Asks for a password where nobody looks over the shoulder: not shown on a terminal, a line of standard input elsewhere. */
import { fault } from '#core/faults.ts'

interface Streams {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
}

/** Twice on a terminal, since a slip of the finger cannot be seen there. @throws usage */
export async function askNewPassword({ input, output }: Streams): Promise<string> {
  if (!input.isTTY) return readLine(input)
  const password = await askHidden({ input, output }, 'New password: ')
  const again = await askHidden({ input, output }, 'Once more: ')
  if (password === again) return password
  throw fault('usage', { expected: 'the same password twice', found: 'two different ones' })
}

async function readLine(input: NodeJS.ReadStream): Promise<string> {
  let text = ''
  for await (const chunk of input) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  const [line = ''] = text.split(/\r?\n/)
  if (line !== '') return line
  throw fault('usage', { expected: 'the password as a line of standard input', found: 'nothing' })
}

const [enter, ctrlC, ctrlD, backspace, del] = ['\r', '\u0003', '\u0004', '\b', '\u007f'] as const

function askHidden({ input, output }: Streams, question: string): Promise<string> {
  output.write(question)
  input.setRawMode(true)
  input.setEncoding('utf8')
  input.resume()
  return new Promise((resolve, reject) => {
    let typed: readonly string[] = []
    const end = (finish: () => void) => {
      input.off('data', take)
      input.setRawMode(false)
      input.pause()
      output.write('\n')
      finish()
    }
    const take = (text: string) => {
      for (const char of text) {
        if (char === enter || char === '\n' || char === ctrlD) return end(() => resolve(typed.join('')))
        if (char === ctrlC)
          return end(() => reject(fault('usage', { expected: 'a password', found: 'an interruption' })))
        typed = char === backspace || char === del ? typed.slice(0, -1) : [...typed, char]
      }
    }
    input.on('data', take)
  })
}
