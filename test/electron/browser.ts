import { type Browser, chromium } from 'playwright-core'
import { chromiumPath } from '../chromium.ts'

/**
 * One Chromium for all windows of a stand-in process. It listens for a debugger so that the test, in another process, can drive the same pages.
 * Started on the first window, as a program that only sits in the tray needs none.
 */
let running: Promise<{ browser: Browser; port: number }> | undefined

export function chromiumOfStandIn(): Promise<{ browser: Browser; port: number }> {
  running ??= start()
  return running
}

async function start() {
  const port = Number(process.env.STAND_IN_DEBUG_PORT)
  const browser = await chromium.launch({
    executablePath: chromiumPath() ?? '',
    // Signals are the program's own to hear: it closes its windows itself, in order.
    handleSIGHUP: false,
    handleSIGINT: false,
    handleSIGTERM: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--remote-debugging-port=${port}`,
    ],
  })
  return { browser, port }
}

export async function closeChromium(): Promise<void> {
  if (running) await (await running).browser.close()
}
