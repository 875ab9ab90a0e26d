// The bridge, as one CommonJS bundle in a sandboxed, isolated world. It hands the page's port to the main process and turns a dropped
// file into an opaque handle: the page never sees a path.
import { contextBridge, ipcRenderer, webUtils } from 'electron'

export interface FileHandle {
  upload: string
  name: string
  bytes: number
}
export interface Bridge {
  readonly kind: 'desktop'
  /** Registers a file that the user dropped on the window as something to restore. */
  registerDroppedFile(file: File): Promise<FileHandle>
}

const bridge: Bridge = {
  kind: 'desktop',
  registerDroppedFile: (file) =>
    ipcRenderer.invoke('file:dropped', webUtils.getPathForFile(file)) as Promise<FileHandle>,
}
contextBridge.exposeInMainWorld('whatslang', bridge)

// MessagePorts cannot cross contextBridge; a window message can carry one into this world.
window.addEventListener('message', (event: MessageEvent) => {
  const [port] = event.ports
  if (event.source === window && event.data === 'whatslang:connect' && port) {
    ipcRenderer.postMessage('rpc:connect', null, [port])
  }
})
