/** What a program needs to run at all, on each system. Everything else in the environment, keys and passphrases above all, is no child's business. */
const PASSED: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TMP',
  'TEMP',
  // Where this program lets SQLite put its temporary files (files/scratch.ts).
  'SQLITE_TMPDIR',
  // Where libraries are found: Nix, AppImage, macOS.
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'NODE_COMPILE_CACHE',
  // How the user runs Node: memory, certificates. Children are the same program.
  'NODE_OPTIONS',
  // Windows does not start a program without the first ones.
  'SYSTEMROOT',
  'WINDIR',
  'SYSTEMDRIVE',
  'COMSPEC',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
])

/** The environment of a child process: an allow-list, and the variables of `also`. Names count without case, as on Windows. */
export function childEnvironment(
  also: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const passed = (name: string) => PASSED.has(name) || name.startsWith('LC_') || also.includes(name)
  return Object.fromEntries(Object.entries(env).filter(([name]) => passed(name.toUpperCase())))
}

const SECRET = ['WHATSLANG_TOKEN', 'WHATSLANG_BACKUP_PASSPHRASE', 'OPENAI_API_KEY'] as const

/**
 * Takes the secrets out of this process's environment, once they were read: what Chromium or a library starts inherits it. The system still shows the
 * original to this user (/proc/PID/environ).
 */
export function forgetSecrets(env: NodeJS.ProcessEnv = process.env): void {
  for (const name of SECRET) delete env[name]
}
