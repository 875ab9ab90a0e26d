import OpenAI from 'openai'
import PQueue from 'p-queue'
import type { ModelStatus, Settings } from '../../preload/contract/settings.ts'
import type { Clock } from '../ports.ts'
import { isLocalEndpoint } from './local-endpoint.ts'
import { asModelError, keyElsewhere, ModelError, placeOf } from './model-error.ts'
import { type KeyAt, type ModelKey, originOf } from './model-key.ts'
import { type Attempt, createTransport } from './transport.ts'

export interface ModelDeps {
  settings: () => Settings['model']
  key: Pick<ModelKey, 'at'>
  clock: Clock
  /** True where the endpoint is the demo's phrase book. */
  demo?: boolean
  /** The endpoint may stand in a link-local network. The environment says so, and nothing else can. */
  allowLinkLocal?: boolean
  onChange?: () => void
}

export interface ModelPrompt {
  system: string
  turns: readonly { role: 'user' | 'assistant'; text: string }[]
}

export interface ModelTest {
  base_url?: string | undefined
  name?: string | undefined
  api_key?: string | undefined
}

type Target = Settings['model'] & KeyAt

/**
 * Any OpenAI-compatible endpoint. Settings and key are read at each call, so that a change needs no restart. It never retries by
 * itself: the runner does, and remembers it across restarts.
 */
export function createModel(deps: ModelDeps) {
  const { clock } = deps
  const transport = createTransport({ allowLinkLocal: deps.allowLinkLocal ?? false })
  const queue = new PQueue({ concurrency: deps.settings().parallel })
  const closing = new AbortController()
  let calls = 0
  let errors = 0
  let lastOkAt: number | null = null
  let lastError: ModelStatus['last_error'] = null
  let latency: number | null = null

  async function target(): Promise<Target> {
    const settings = deps.settings()
    return { ...settings, ...(await deps.key.at(settings.base_url)) }
  }

  /**
   * Resolves with the model's text, which may be empty. `signal` ends the call or its wait for a free place.
   * @throws ModelError
   */
  async function complete(prompt: ModelPrompt, signal?: AbortSignal): Promise<string> {
    const settings = await target()
    const missing = problemOf(settings)
    if (missing) throw missing
    queue.concurrency = settings.parallel
    const ended = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
    try {
      return await queue.add(() => measured(settings, () => call(settings, prompt, ended)), { signal: ended })
    } catch (error) {
      if (ended.aborted) throw cancelled()
      throw asModelError(error, settings)
    }
  }

  async function measured(settings: Target, run: () => Promise<string>): Promise<string> {
    const start = clock.monotonic()
    calls += 1
    try {
      const answer = await run()
      latency = Math.round(clock.monotonic() - start)
      lastOkAt = clock.now()
      lastError = null
      return answer
    } catch (error) {
      const failure = asModelError(error, settings)
      if (failure.code !== 'cancelled') {
        errors += 1
        lastError = { code: failure.code, message: failure.message, at: clock.now() }
      }
      throw failure
    } finally {
      deps.onChange?.()
    }
  }

  async function call(settings: Target, prompt: ModelPrompt, signal: AbortSignal): Promise<string> {
    const milliseconds = settings.timeout_seconds * 1000
    const attempt = transport.attempt(settings.base_url, milliseconds)
    try {
      const completion = await client(settings, attempt, milliseconds).chat.completions.create(
        {
          model: settings.name,
          messages: [
            { role: 'system', content: prompt.system },
            ...prompt.turns.map(({ role, text }) => ({ role, content: text })),
          ],
        },
        { signal },
      )
      const content: unknown = completion.choices?.[0]?.message?.content
      if (content === null || content === undefined) return ''
      if (typeof content !== 'string') throw new TypeError('The answer is not a text.')
      return withoutThinking(content)
    } catch (error) {
      if (signal.aborted) throw cancelled()
      throw attempt.failure() ?? asModelError(error, settings)
    }
  }

  async function listModels(settings: Target, signal: AbortSignal): Promise<string[]> {
    const milliseconds = Math.min(settings.timeout_seconds, LIST_SECONDS) * 1000
    try {
      const attempt = transport.attempt(settings.base_url, milliseconds)
      const page = await client(settings, attempt, milliseconds).models.list({ signal })
      return modelNames(page.data)
    } catch {
      return [] // Many endpoints have no such list; the question itself tells what is wrong.
    }
  }

  /** Asks one short question with the settings given, or those in force. Never rejects: what went wrong is the result. */
  async function test(
    change: ModelTest = {},
  ): Promise<{ ok: boolean; message: string; code?: string; milliseconds: number; models: string[] }> {
    const settings = await target()
    const tried: Target = {
      ...settings,
      base_url: change.base_url ?? settings.base_url,
      name: change.name ?? settings.name,
      ...keyToTry(change, settings),
    }
    const start = clock.monotonic()
    const elapsed = () => Math.round(clock.monotonic() - start)
    const missing = problemOf(tried)
    if (missing) return { ok: false, message: missing.message, code: missing.code, milliseconds: 0, models: [] }
    const models = await listModels(tried, closing.signal)
    try {
      const prompt: ModelPrompt = { system: 'Answer with one word.', turns: [{ role: 'user', text: 'Say: ready' }] }
      const answer = await call(tried, prompt, closing.signal)
      const said = answer === '' ? 'an empty text' : `“${answer.slice(0, 40)}”`
      return { ok: true, message: `${tried.name} answered ${said}.`, milliseconds: elapsed(), models }
    } catch (error) {
      const { message, code } = asModelError(error, tried)
      return { ok: false, message, code, milliseconds: elapsed(), models }
    }
  }

  return {
    complete,
    test,
    async status(): Promise<ModelStatus> {
      const settings = await target()
      return {
        configured: problemOf(settings) === undefined,
        base_url: settings.base_url,
        name: settings.name,
        has_key: settings.key !== undefined,
        key_origin: settings.origin ?? null,
        last_ok_at: lastOkAt,
        last_error: lastError,
        calls,
        errors,
        latency_ms: latency,
        demo: deps.demo ?? false,
      }
    },
    async dispose(): Promise<void> {
      closing.abort()
      await queue.onIdle()
      await transport.dispose()
    },
  }
}
export type Model = ReturnType<typeof createModel>

/** A kept key goes only to the address in force; at another one it is as good as absent. */
function keyToTry({ base_url, api_key }: ModelTest, { base_url: inForce, key, origin }: Target): KeyAt {
  if (api_key !== undefined) return { key: api_key, origin: undefined }
  if (base_url === undefined || base_url === inForce) return { key, origin }
  return { key: undefined, origin: originOf(base_url) === origin ? undefined : origin }
}

function problemOf({ base_url, name, key, origin }: Target): ModelError | undefined {
  const missing = (message: string) => new ModelError('model-missing', message, { retryable: true, billed: false })
  if (name.trim() === '') return missing('No model is chosen. Enter its name in Settings.')
  if (!/^https?:/.test(base_url) || !URL.canParse(base_url)) {
    return missing(
      'The model’s address is not a web address. Enter one in Settings, for example http://127.0.0.1:11434/v1.',
    )
  }
  if (key === undefined && !isLocalEndpoint(base_url)) {
    if (origin !== undefined) return keyElsewhere(base_url, origin)
    return missing(`${placeOf(base_url)} needs a key. Enter it in Settings, or choose a model on this machine.`)
  }
  return undefined
}

/** The library's own limit is behind ours, which knows how far a call came. */
const BEHIND_MS = 5000

function client(settings: Target, attempt: Attempt, milliseconds: number): OpenAI {
  // Everything is given: the library would otherwise take keys, organisation and log level from the environment.
  return new OpenAI({
    baseURL: settings.base_url,
    apiKey: settings.key ?? 'none',
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: milliseconds + BEHIND_MS,
    logLevel: 'off',
    fetch: attempt.fetch,
  })
}

const cancelled = () => new ModelError('cancelled', 'The call to the model was cancelled.', { retryable: true })

const LIST_SECONDS = 10
const MOST_MODELS = 500
const LONGEST_NAME = 200

/** What stands in the list is the endpoint's word: it may be anything. */
function modelNames(data: unknown): string[] {
  if (!Array.isArray(data)) return []
  const names = data.flatMap((entry: unknown) => {
    const id = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined
    return typeof id === 'string' && id.length <= LONGEST_NAME ? id : []
  })
  return names.slice(0, MOST_MODELS).sort()
}

/** Models that reason aloud put it before the answer; contacts must not read it. */
const withoutThinking = (text: string): string =>
  text.replace(/^\s*<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/i, '').trim()
