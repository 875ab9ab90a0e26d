import type { App } from 'electron'
import type { HostInfo } from '../../preload/contract/host.ts'
import type { Config } from '../config/config.ts'

export interface HostInfoDeps {
  app: Pick<App, 'getVersion'>
  config: Config
  hasTray: boolean
  locale(): string
  update(): HostInfo['update']
}

/** What the page may know about the program that it belongs to. */
export function hostInfo({ app, config, hasTray, locale, update }: HostInfoDeps): HostInfo {
  const { electron, chrome, node } = process.versions
  return {
    kind: 'desktop',
    version: app.getVersion(),
    platform: process.platform,
    demo: config.demo !== undefined,
    data_directory: config.dataDirectory.path,
    database: { path: config.database.path, source: config.database.source, why: config.database.why },
    // The stand-in for Electron that tests use has neither.
    versions: { electron: electron ?? '', chrome: chrome ?? '', node },
    capabilities: [
      'pick-file',
      'save-file',
      'pick-folder',
      'login-item',
      'open-logs',
      'updates',
      ...(hasTray ? (['tray'] as const) : []),
    ],
    locale: locale(),
    update: update(),
  }
}
