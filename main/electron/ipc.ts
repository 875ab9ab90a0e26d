import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, MessagePortMain } from 'electron'
import * as z from 'zod'
import { isOwnPage } from './origin.ts'

export interface IpcDeps {
  ipcMain: Pick<IpcMain, 'on' | 'handle' | 'removeHandler' | 'removeListener'>
  /** Serves the contract on the port that the page sent. */
  serve(port: MessagePortMain): void
  /** Registers a dropped file; the page gets a handle, never the path. */
  registerFile(path: string): Promise<{ upload: string; name: string; bytes: number }>
  refused(channel: string): void
}

const Path = z.string().min(1).max(4096)

/** The two channels between page and main process. Only our own page's top frame is heard. */
export function createIpc(deps: IpcDeps) {
  const trusted = (event: IpcMainEvent | IpcMainInvokeEvent) => {
    const frame = event.senderFrame
    return frame !== null && frame.parent === null && isOwnPage(frame.url)
  }
  const connect = (event: IpcMainEvent) => {
    const [port] = event.ports
    if (!trusted(event) || !port) {
      deps.refused('rpc:connect')
      return
    }
    deps.serve(port)
    port.start()
  }
  deps.ipcMain.on('rpc:connect', connect)
  deps.ipcMain.handle('file:dropped', async (event, path: unknown) => {
    if (!trusted(event)) {
      deps.refused('file:dropped')
      throw new Error('This page may not hand over files.')
    }
    return deps.registerFile(Path.parse(path))
  })
  return {
    dispose() {
      deps.ipcMain.removeListener('rpc:connect', connect)
      deps.ipcMain.removeHandler('file:dropped')
    },
  }
}
