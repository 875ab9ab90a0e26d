import { homedir } from 'node:os'

/**
 * A user of a container may have neither HOME nor an entry in passwd, and libraries ask for the home folder while they load. Nothing of ours lies there,
 * so a name that leads nowhere will do.
 */
export function ensureHome(env: NodeJS.ProcessEnv = process.env): void {
  try {
    homedir()
  } catch {
    env.HOME = '/nonexistent'
  }
}
