import { createHash, randomBytes } from 'node:crypto'
import * as z from 'zod'
import { ConfigError } from '../config/config-error.ts'
import type { Secrets } from '../ports.ts'

export interface ModelKeyDeps {
  /** What is kept; without the environment. */
  secrets: Secrets
  environment: { OPENAI_API_KEY?: string | undefined; OPENAI_BASE_URL?: string | undefined }
  /** The model's address in force. */
  address(): string
  log: { warn(facts: object, message: string): void }
}

/** The key for one address, and where the key at hand belongs. */
export interface KeyAt {
  /** Undefined: no key may be sent to this address. */
  key: string | undefined
  /** Scheme, host and port that the key belongs to. Undefined: there is no key. */
  origin: string | undefined
}

/** Digests of keys, each with its origin. Kept with the secrets, so that both are written to one place and move together. */
const Bindings = z.object({
  salt: z.string().min(1),
  keys: z.array(z.object({ digest: z.string(), origin: z.string() })),
})
type Bindings = z.infer<typeof Bindings>

/** Newest first; older ones fall off. */
const MAX_BINDINGS = 8

/**
 * The model's key, bound to the origin (scheme, host, port) that was in force when the key was entered. It is sent there and nowhere else: a changed
 * address, by whatever way, gets no key until the user enters one for it. The key of the environment belongs to OPENAI_BASE_URL of the environment,
 * and without that to the address in force when the key was first seen.
 */
export function createModelKey({ secrets, environment, address, log }: ModelKeyDeps) {
  /** Without a record, or with one that cannot be read, no key is bound. */
  const read = async (): Promise<Bindings> =>
    Bindings.safeParse(parsedJson((await secrets.get('model_key_origins')) ?? '')).data ?? { salt: fresh(), keys: [] }

  const bind = async (key: string, origin: string): Promise<void> => {
    const bindings = await read()
    const digest = digestOf(bindings, key)
    const keys = [{ digest, origin }, ...bindings.keys.filter((other) => other.digest !== digest)]
    await secrets.set('model_key_origins', JSON.stringify({ ...bindings, keys: keys.slice(0, MAX_BINDINGS) }))
  }

  /** The keys at hand, the environment's first. An origin is undefined where the key was not bound yet. */
  const candidates = async (): Promise<{ key: string; bound: string | undefined; origin: string | undefined }[]> => {
    const bindings = await read()
    const boundTo = (key: string) => bindings.keys.find(({ digest }) => digest === digestOf(bindings, key))?.origin
    const given = environment.OPENAI_API_KEY
    const kept = await secrets.get('model_api_key')
    const fixed = originOf(environment.OPENAI_BASE_URL ?? '')
    return [
      ...(given === undefined ? [] : [{ key: given, bound: boundTo(given), origin: fixed ?? boundTo(given) }]),
      ...(kept === undefined ? [] : [{ key: kept, bound: boundTo(kept), origin: boundTo(kept) }]),
    ]
  }

  return {
    async at(baseUrl: string): Promise<KeyAt> {
      const bound = (await candidates()).filter(({ origin }) => origin !== undefined)
      const found = bound.find(({ origin }) => origin === originOf(baseUrl))
      return { key: found?.key, origin: (found ?? bound[0])?.origin }
    },
    async exists(): Promise<boolean> {
      return (await candidates()).length > 0
    },
    /**
     * Keeps a key for the address in force; null removes the one that is kept.
     * @throws ConfigError where the address is not a web address
     */
    async set(key: string | null): Promise<void> {
      if (key === null) return secrets.delete('model_api_key')
      const origin = originOf(address())
      if (origin === undefined) {
        throw new ConfigError(
          'invalid-settings',
          'The model’s address is not a web address, so the key belongs to no server. Set the address first.',
        )
      }
      // The binding first: after a crash in between it belongs to no key.
      await bind(key, origin)
      await secrets.set('model_api_key', key)
    },
    /**
     * Once at each start: a key that was never seen (kept by a version without bindings, new in the environment, put into the file by hand) is bound
     * to the address in force now. Where the keychain does not open, the start goes on without a key.
     */
    async bindAtStart(): Promise<void> {
      try {
        for (const { key, bound, origin } of await candidates()) {
          const wanted = origin ?? originOf(address())
          if (wanted !== undefined && wanted !== bound) await bind(key, wanted)
        }
      } catch (error) {
        log.warn({ err: error }, 'the model’s key could not be read')
      }
    },
  }
}
export type ModelKey = ReturnType<typeof createModelKey>

/** Scheme, host and port of a web address. */
export function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const { protocol, origin } = new URL(address)
  return protocol === 'https:' || protocol === 'http:' ? origin : undefined
}

const fresh = () => randomBytes(16).toString('base64url')
const digestOf = ({ salt }: Bindings, key: string) => createHash('sha256').update(`${salt}\n${key}`).digest('base64url')

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The text is not a record that this program wrote.
    return undefined
  }
}
