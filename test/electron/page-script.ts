/**
 * Runs in the page before anything else: gives the real preload bundle the `require('electron')` of a sandboxed preload, and nothing more.
 * Text, because it is injected by Chromium. It cannot show the isolated world.
 */
export function pageScript(preload: string): string {
  return `(() => {
  const ipc = window.__standInIpc
  const ports = new Map()
  let next = 0
  const encode = (data) => typeof data === 'string' ? { s: data }
    : { b: btoa(Array.from(new Uint8Array(data), (code) => String.fromCharCode(code)).join('')) }
  const decode = (frame) => 's' in frame ? frame.s : Uint8Array.from(atob(frame.b), (char) => char.charCodeAt(0))
  window.__standInFromMain = (id, frame) => ports.get(id)?.postMessage(decode(frame))
  const ipcRenderer = {
    invoke: (channel, ...args) => ipc('invoke', channel, args).then((answer) => {
      if ('error' in answer) throw new Error(answer.error)
      return answer.value
    }),
    send: (channel, ...args) => void ipc('send', channel, args),
    postMessage(channel, _message, transfer) {
      const ids = transfer.map((port) => {
        const id = 'port-' + performance.timeOrigin + '-' + next++
        ports.set(id, port)
        port.onmessage = (event) => void ipc('port', id, [encode(event.data)])
        return id
      })
      void ipc('post', channel, ids)
    },
  }
  const contextBridge = { exposeInMainWorld: (key, value) => Object.defineProperty(window, key, { value: Object.freeze(value) }) }
  const webUtils = { getPathForFile: (file) => window.__standInPaths?.[file.name] ?? '' }
  const allowed = { electron: { contextBridge, ipcRenderer, webUtils } }
  const module = { exports: {} }
  ;(function (require, module, exports) { ${preload}
  })((name) => {
    if (!(name in allowed)) throw new Error('A sandboxed preload cannot require ' + name)
    return allowed[name]
  }, module, module.exports)
})()`
}
