import type { HealthDeps } from '../health/doctor.ts'
import { isFolderError } from './folders.ts'
import type { Keeper } from './keeper.ts'

/** The doctor's look at a folder of backups, through its keeper. */
export function doctorOf(keeper: Keeper, now: () => number): NonNullable<HealthDeps['backupsFolder']> {
  const { folder } = keeper
  async function ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question()
    } catch (error) {
      // That it does not answer is a finding of its own.
      if (isFolderError(error)) return undefined
      throw error
    }
  }
  return {
    inspect: () => ask(() => keeper.ask('folder.inspect', { folder, now: now() }, keeper.patience.slow)),
    repair: async () => (await ask(() => keeper.ask('folder.repair', { folder, now: now() }))) ?? [],
  }
}
