// Loaded into the program with NODE_OPTIONS=--import: at each SIGWINCH (which nothing else in it listens to) it writes how late its event loop was since the last one, and counts anew.
import { renameSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const out = process.env.EVENT_LOOP_PROBE
// Its tasks inherit the options; they are not what is measured.
if (out !== undefined && process.send === undefined) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  process.on('SIGWINCH', () => {
    const ms = (nanoseconds: number) => nanoseconds / 1e6
    const text = JSON.stringify({
      p50: ms(delay.percentile(50)),
      p99: ms(delay.percentile(99)),
      max: ms(delay.max),
      samples: delay.count,
    })
    delay.reset()
    writeFileSync(`${out}.tmp`, text)
    renameSync(`${out}.tmp`, out)
  })
}
