import { spawn } from 'node:child_process'

/** Opens an address where there is a display. Elsewhere the user opens the one that was printed. */
export function openInBrowser(address: string): void {
  const openers: Partial<Record<NodeJS.Platform, [string, string[]]>> = {
    darwin: ['open', [address]],
    win32: ['cmd', ['/c', 'start', '', address]],
  }
  const onLinux: [string, string[]] | undefined =
    process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? ['xdg-open', [address]] : undefined
  const opener = openers[process.platform] ?? onLinux
  if (!opener) return
  const child = spawn(opener[0], opener[1], { stdio: 'ignore', detached: true })
  child.on('error', () => console.log('No browser could be opened: open the address above.'))
  child.unref()
}
