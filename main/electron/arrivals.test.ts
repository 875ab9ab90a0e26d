import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { type Arrival, createArrivals, fileAmong } from './arrivals.ts'

test('what arrives before anybody listens is kept, in order', () => {
  const app = new EventEmitter()
  const arrivals = createArrivals(app as never)
  const event = { preventDefault: vi.fn() }
  app.emit('open-file', event, '/home/me/messages.sql.gz')
  app.emit('second-instance', {}, ['whatslang', '--hidden', 'backups/old.db'], '/home/me')
  const heard: Arrival[] = []
  arrivals.listen((arrival) => heard.push(arrival))
  app.emit('activate')
  expect(event.preventDefault).toHaveBeenCalledOnce()
  expect(heard).toEqual([{ file: '/home/me/messages.sql.gz' }, { file: '/home/me/backups/old.db' }, {}])
})

test('only a backup is taken for a file to restore', () => {
  expect(fileAmong(['--hidden', '/opt/whatslang/resources/app.asar'], '/')).toBeUndefined()
  expect(fileAmong(['--log-file=/tmp/a.db'], '/')).toBeUndefined()
  expect(fileAmong(['messages.sql.gz.age'], '/tmp/x')).toBe('/tmp/x/messages.sql.gz.age')
})
