/**
 * Gives the rest of the thread a turn: timers fire, sockets are read, a cancel gets through. Long computations await it
 * now and then. A message port is the one way to do so that Node, workers and browsers share and that is not slowed
 * down.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
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
