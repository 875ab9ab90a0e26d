import type { TaskInput, TaskName, TaskOutput, TaskProgress } from './tasks/names.ts'

/** Where time comes from. Tests replace it; a wrong local clock must change no decision (see `ServerClock`). */
export interface Clock {
  /** Milliseconds since 1970 by the machine's clock, which may be wrong or jump. */
  now(): number
  /** Milliseconds that only grow. Stands still or runs on during sleep, by platform. */
  monotonic(): number
}

/** What is kept from plain files: the OS keychain in the desktop host, a 0600 file elsewhere. */
export interface Secrets {
  readonly backend: 'keychain' | 'plain-keychain' | 'file' | 'environment'
  get(name: SecretName): Promise<string | undefined>
  set(name: SecretName, value: string): Promise<void>
  delete(name: SecretName): Promise<void>
}
/** `model_key_origins`: where the model's keys may be sent; see llm/model-key.ts. */
export type SecretName = 'model_api_key' | 'model_key_origins' | 'backup_passphrase'

/** Long work in a process of its own (design: Processes). */
export interface Tasks {
  run<N extends TaskName>(name: N, input: TaskInput<N>, options?: TaskOptions): Promise<TaskOutput<N>>
  /** Starts a process that stays and takes one call after another. A host without it runs each call by itself. */
  open?(): TaskProcess
  /** Ends those that still run and resolves when they are gone. None starts afterwards. Safe to call twice. */
  dispose(): Promise<void>
}
export interface TaskProcess {
  /** Resolves when it can be called; rejects where it cannot be started. */
  readonly ready: Promise<void>
  /** Calls do not wait for each other. The time begins when the process is ready. @throws TaskError TIME_LIMIT without an answer in `milliseconds`: the process is then killed, other calls with it */
  call<N extends TaskName>(name: N, input: TaskInput<N>, milliseconds: number): Promise<TaskOutput<N>>
  /** Resolves when the process has ended. After a kill that can take as long as the disk that it waits for. */
  readonly ended: Promise<void>
  /** Kills it. */
  close(): void
}
export interface TaskOptions {
  signal?: AbortSignal
  onProgress?: (progress: TaskProgress) => void
  limits?: TaskLimits
  /** `idle` lowers the child's scheduling priority: scheduled runs are slow and polite. */
  priority?: 'normal' | 'idle'
}

/** A task that goes beyond one of them is ended. */
export interface TaskLimits {
  milliseconds?: number
  memoryBytes?: number
  /** Of `diskPath`: a file with SQLite's companions, or all of a folder. */
  diskBytes?: number
  diskPath?: string
  /** Bytes of that disk that stay free, once the task has used more than a few MB of it. */
  reserveBytes?: number
}

/** What only a host with a screen can do. The headless host leaves it out. */
export interface Desktop {
  pickFile(purpose: 'restore'): Promise<string | undefined>
  pickSavePath(suggestedName: string): Promise<string | undefined>
  pickFolder(purpose: 'data' | 'backups'): Promise<string | undefined>
  /** Asks whether updates may come from this address; null: from nowhere. */
  confirmUpdateFeed(url: string | null): Promise<boolean>
  openExternal(url: string): Promise<void>
  showInFolder(path: string): void
}

/** Someone must act: link lost, backup failed or overdue, model failing. */
export interface Notice {
  code:
    | 'link-lost'
    | 'backup-failed'
    | 'backup-unproven'
    | 'backup-stuck'
    | 'backup-overdue'
    | 'model-failing'
    | 'database-corrupt'
    | 'database-replaced'
    | 'disk-read-only'
    | 'second-bot'
    | 'bot-loop'
    | 'budget-chat'
    | 'budget-day'
    | 'update-available'
    | 'settings-doubtful'
    | 'still-running'
    | 'unexpected-error'
  title: string
  body: string
  /** The page a click leads to, as a path of the renderer's router. */
  page: string
  /** The bot's label, where it is about one: for a host that has words of its own. */
  bot?: string
}

export interface Ports {
  clock: Clock
  secrets: Secrets
  tasks: Tasks
  notify(notice: Notice): void
  desktop?: Desktop
}

/** The way out to WhatsApp, as the outbox sees it. */
export interface Outbound {
  /** True while connected and caught up: only then is anything sent. */
  ready(): boolean
  /** Called whenever `ready()` may have changed. Returns the unsubscriber. */
  onReady(listener: () => void): () => void
  /**
   * Resolves when the bytes are on the wire, which proves nothing: the ack does. Sending the same `waMessageId` again is safe,
   * recipients drop it. Rejects when nothing was written.
   */
  send(message: OutboundText): Promise<void>
  /** `error` holds the server's code of a refusal (463, 479, ...). */
  onAck(listener: (ack: { waMessageId: string; error?: string }) => void): () => void
  typing(chatJid: string, state: 'composing' | 'paused'): Promise<void>
}
export interface OutboundText {
  waMessageId: string
  chatJid: string
  text: string
  /** proto.WebMessageInfo of the message that is quoted, encoded. */
  quoted?: Uint8Array
}
