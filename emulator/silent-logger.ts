/** For Baileys' building blocks inside the emulator: what they would log are keys and message texts. */
export const silentLogger = {
  level: 'silent',
  child: () => silentLogger,
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
}

function ignore(): void {
  // Nothing is logged on purpose.
}
