/** For what may happen thousands of times: `act` is called at the first time, then once a span with how often it happened since. */
export function rarely(spanMs: number, act: (count: number) => void): () => void {
  let count = 0
  let waiting = false
  const tell = () => {
    waiting = count > 0
    if (!waiting) return
    act(count)
    count = 0
    setTimeout(tell, spanMs).unref()
  }
  return () => {
    count++
    if (!waiting) tell()
  }
}
