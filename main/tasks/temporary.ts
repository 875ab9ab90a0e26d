import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { removeTree } from '../files/contained.ts'
import type { TaskInput, TaskName } from './names.ts'

/** What of its input names the place of a task's temporary files; those that are not here make none. */
const PLACES: { [N in TaskName]?: (input: TaskInput<N>) => { beside: string } | { inside: string } } = {
  'backup.create': ({ target }) => ({ beside: target }),
  'backup.encrypt': ({ target }) => ({ beside: target }),
  'backup.verify': ({ scratch }) => ({ inside: scratch }),
  export: ({ out }) => ({ beside: out }),
  'restore.prepare': ({ work }) => ({ inside: work }),
  'restore.salvage': ({ scratch }) => ({ inside: dirname(scratch) }),
}

/**
 * Removes what a task told of as its temporary files, with SQLite's companions. A path is taken from the task's process only where the task was asked to
 * work: that process reads hostile files. @throws ContainmentError
 */
export async function removeTemporary<N extends TaskName>(
  name: N,
  input: TaskInput<N>,
  paths: Iterable<string>,
): Promise<void> {
  const place = PLACES[name]?.(input)
  if (place === undefined) return
  for (const path of paths) {
    for (const end of ['', '-journal', '-wal', '-shm']) {
      if ('inside' in place) await removeTree(path + end, place.inside)
      // Beside a file that the user named: its unfinished forms, which begin with its name.
      else if (path.startsWith(`${place.beside}.`)) await rm(path + end, { force: true })
    }
  }
}
