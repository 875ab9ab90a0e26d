import type { Browser, Page } from 'playwright-core'
import * as z from 'zod'

const Trace = z.object({
  traceEvents: z.array(
    z.object({
      name: z.string(),
      ph: z.string(),
      pid: z.number().default(0),
      tid: z.number().default(0),
      ts: z.number().default(0),
      dur: z.number().optional(),
      tdur: z.number().optional(),
      args: z
        .object({
          name: z.string().optional(),
          frame_reporter: z
            .object({ state: z.string(), affects_smoothness: z.boolean(), scroll_state: z.string() })
            .partial()
            .optional(),
        })
        .catch({}),
    }),
  ),
})
type Event = z.infer<typeof Trace>['traceEvents'][number]

export interface Frames {
  /** Milliseconds of the main thread's own time, for each frame in which it did anything. */
  work: number[]
  /** Frames that the compositor was asked for while it scrolled, and those of them that it did not show in time. */
  asked: number
  dropped: number
  /** Whether the compositor scrolled by itself. */
  composited: boolean
}

/** What the page's threads did meanwhile, by Chromium's own trace. */
export async function traceFrames(browser: Browser, page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await browser.startTracing(page, {
    categories: ['disabled-by-default-devtools.timeline', 'disabled-by-default-devtools.timeline.frame'],
  })
  const failed = await work().then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  // Also after a failure: a trace that nobody stops would be part of the next.
  const trace = await browser.stopTracing()
  if (failed) throw failed.error
  return framesOf(Trace.parse(JSON.parse(trace.toString())).traceEvents)
}

function framesOf(events: Event[]): Frames {
  const named = (name: string) =>
    events.filter((event) => event.ph === 'M' && event.name === 'thread_name' && event.args.name === name)
  const mains = new Set(named('CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`))
  const renderers = new Set(named('CrRendererMain').map(({ pid }) => pid))
  const inPage = events.filter(({ pid }) => renderers.has(pid))

  const begins = inPage
    .filter(({ name }) => name === 'BeginFrame')
    .map(({ ts }) => ts)
    .sort((a, b) => a - b)
  const work = new Map<number, number>()
  let frame = 0
  const tasks = inPage
    .filter(({ name, pid, tid }) => name === 'RunTask' && mains.has(`${pid} ${tid}`))
    .sort((a, b) => a.ts - b.ts)
  for (const { ts, tdur = 0 } of tasks) {
    while (frame < begins.length && (begins[frame] ?? 0) <= ts) frame++
    if (frame > 0) work.set(frame, (work.get(frame) ?? 0) + tdur / 1000)
  }

  const reports = inPage.flatMap(({ name, ph, args }) =>
    name === 'PipelineReporter' && ph === 'b' && args.frame_reporter ? [args.frame_reporter] : [],
  )
  const scrolled = reports.filter(({ scroll_state }) => scroll_state !== 'SCROLL_NONE')
  return {
    work: [...work.values()].filter((milliseconds) => milliseconds > 0.1),
    asked: scrolled.filter(({ state }) => state !== 'STATE_NO_UPDATE_DESIRED').length,
    dropped: scrolled.filter(({ state, affects_smoothness }) => state === 'STATE_DROPPED' && affects_smoothness).length,
    composited: scrolled.every(({ scroll_state }) => scroll_state === 'SCROLL_COMPOSITOR_THREAD'),
  }
}
