import Conf from 'conf'
import type { OpenSettingsFile } from './settings.ts'

/** settings.json through conf, for the hosts without Electron. electron-store is built on it: the same file, whichever host wrote it. */
export const openConfFile: OpenSettingsFile = ({ cwd, name }) =>
  new Conf<Record<string, unknown>>({ cwd, configName: name, configFileMode: 0o600, projectName: 'whatslang' })
