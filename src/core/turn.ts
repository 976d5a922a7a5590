/**
 * Gives the rest of the thread a turn: timers fire, sockets are read, a cancel gets through. Long computations await it
 * now and then. In browsers a message port is the one way to do so that is not slowed down; in Node and its workers there is
 * a shorter one, beside which events of a port cost tens of milliseconds at the first.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (immediately !== undefined) {
      immediately(resolve)
      return
    }
    const { port1, port2 } = new MessageChannel()
    port2.addEventListener(
      'message',
      () => {
        port1.close()
        resolve()
      },
      { once: true },
    )
    port2.start()
    port1.postMessage(null)
  })
}

const immediately = (globalThis as { readonly setImmediate?: (then: () => void) => void }).setImmediate
