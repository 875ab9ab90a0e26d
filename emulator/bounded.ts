/** Keeps a Map or Set at `limit` entries by forgetting the ones that were added first. */
export function dropOldest<K>(
  collection: { size: number; keys(): Iterator<K>; delete(key: K): boolean },
  limit: number,
) {
  const keys = collection.keys()
  while (collection.size > limit) {
    const oldest = keys.next()
    if (oldest.done) return
    collection.delete(oldest.value)
  }
}
