import { dirname } from 'node:path'
import { ContainmentError, removeTree } from '../files/contained.ts'
import { isUnfinished } from '../files/unfinished.ts'
import type { TaskInput, TaskName } from './names.ts'

/** What of its input names the place of a task's temporary files; those that are not here make none. */
const PLACES: { [N in TaskName]?: (input: TaskInput<N>) => { beside?: string; inside?: string } } = {
  'backup.create': ({ target, scratch }) => ({ beside: target, inside: scratch }),
  'backup.encrypt': ({ target }) => ({ beside: target }),
  'backup.verify': ({ scratch }) => ({ inside: scratch }),
  export: ({ out }) => ({ beside: out }),
  drill: ({ scratch }) => ({ inside: scratch }),
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
  const { beside, inside } = place
  for (const path of paths) {
    const within = beside !== undefined && isUnfinished(path, beside) ? dirname(beside) : inside
    if (within === undefined) throw new ContainmentError(path, dirname(beside ?? path))
    for (const end of ['', '-journal', '-wal', '-shm']) await removeTree(path + end, within)
  }
}
