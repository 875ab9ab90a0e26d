import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, fetch as request } from 'undici'
import { isMetadataAddress, isMetadataHost } from './metadata-address.ts'
import { causes, ModelError, placeOf } from './model-error.ts'

/** The most that one answer may hold once it is decoded, in bytes: hundreds of times what a contact ever gets. */
export const LARGEST_ANSWER = 1_000_000
const CONNECT_MS = 10_000
/** How long an answer that has begun may stand still. */
const IDLE_MS = 30_000

export interface TransportDeps {
  /** Set by hand, and in the environment only: the endpoint may stand in a link-local network. */
  allowLinkLocal: boolean
  /** Tests give their own names. */
  lookup?: LookupFunction
}

/** One call's way to the endpoint. `failure` says why it found no answer, where the reason is ours and not the library's. */
export interface Attempt {
  fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>
  failure(): ModelError | undefined
}

/**
 * Connections to the endpoint, for the model's client. Whatever stands at the address can take neither memory nor time without end, cannot send the chat's
 * text on to another address, and cannot be the service that gives a machine its keys.
 */
export function createTransport({ allowLinkLocal, lookup = systemLookup }: TransportDeps) {
  // The name is looked up once, and what is connected to is what was checked: a name that changes its mind in between gains nothing.
  const checked: LookupFunction = (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      if (error || allowLinkLocal) return callback(error, found, family)
      const all = typeof found === 'string' ? [{ address: found, family: family ?? 0 }] : found
      const allowed = all.filter(({ address }) => !isMetadataAddress(address))
      const [first] = allowed
      if (first === undefined) return callback(linkLocal(hostname), '', 0)
      if (typeof found === 'string') callback(null, first.address, first.family)
      else callback(null, allowed)
    })
  const agent = new Agent({
    // Each call bounds them by the user's own limit, which may be longer than the library's.
    headersTimeout: 0,
    bodyTimeout: 0,
    // Of what comes over the wire; what it decodes to is counted below.
    maxResponseSize: LARGEST_ANSWER,
    connect: { timeout: CONNECT_MS, lookup: checked },
  })

  return {
    /** `milliseconds` bound the whole call, from the connection to the last byte. */
    attempt(baseUrl: string, milliseconds: number): Attempt {
      let failure: ModelError | undefined
      const at = placeOf(baseUrl)
      const fetch: Attempt['fetch'] = async (input, init) => {
        const url = new URL(input instanceof Request ? input.url : input)
        const ended = new AbortController()
        const end = (error: ModelError) => {
          failure ??= error
          ended.abort(error)
        }
        let begun = false
        const seconds = milliseconds / 1000
        const whole = setTimeout(
          () => end(begun ? endless(at, seconds) : timeout(`${at} did not answer within ${seconds} s.`)),
          milliseconds,
        )
        let idle: NodeJS.Timeout | undefined
        const wait = () => {
          clearTimeout(idle)
          idle = setTimeout(() => end(endless(at, IDLE_MS / 1000)), IDLE_MS)
        }
        try {
          if (!allowLinkLocal && isMetadataHost(url.hostname)) throw linkLocal(url.hostname)
          const signal = init?.signal ? AbortSignal.any([init.signal, ended.signal]) : ended.signal
          const { body, headers, method } = { method: 'GET', body: null, ...init }
          const response = await request(url, {
            method,
            body: typeof body === 'string' ? body : null,
            headers: [...new Headers(headers)],
            redirect: 'manual',
            signal,
            dispatcher: agent,
          })
          if (response.status >= 300 && response.status < 400) {
            const elsewhere = redirected(at, url, response.headers.get('location'))
            end(elsewhere)
            throw elsewhere
          }
          const chunks: Uint8Array[] = []
          let bytes = 0
          for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
            begun = true
            bytes += chunk.byteLength
            if (bytes > LARGEST_ANSWER) {
              const large = oversized(at)
              end(large)
              throw large
            }
            chunks.push(chunk)
            wait()
          }
          return answerOf(response.status, [...response.headers], chunks)
        } catch (error) {
          failure ??= ourOwn(error, at)
          throw error
        } finally {
          clearTimeout(whole)
          clearTimeout(idle)
        }
      }
      return { fetch, failure: () => failure }
    },
    dispose: (): Promise<void> => agent.destroy(),
  }
}
export type Transport = ReturnType<typeof createTransport>

/** What was said of the body on the wire does not hold any more: it is decoded and whole. */
const OF_THE_WIRE = new Set(['content-encoding', 'content-length', 'transfer-encoding'])

function answerOf(status: number, headers: [string, string][], chunks: readonly Uint8Array[]): Response {
  const bodiless = status === 204 || status === 205
  return new Response(bodiless ? null : Buffer.concat(chunks), {
    status,
    headers: headers.filter(([name]) => !OF_THE_WIRE.has(name.toLowerCase())),
  })
}

const timeout = (what: string) =>
  new ModelError('model-timeout', `${what} It is tried again; the limit is in Settings.`, { retryable: true })

/** It would cost the same again and end in the same way: one more try, and no more. */
const endless = (at: string, seconds: number) =>
  new ModelError(
    'model-timeout',
    `${at} began to answer and was not done within ${seconds} s. The limit is in Settings.`,
    { retryable: true, once: true },
  )

const oversized = (at: string) =>
  new ModelError(
    'model-oversized',
    `${at} answered with more than ${LARGEST_ANSWER / 1_000_000} MB, which no answer in a chat needs. It was cut off. Check that the address in Settings is a model’s.`,
    { retryable: false },
  )

const linkLocal = (host: string) =>
  new ModelError(
    'model-link-local',
    `${host} is in a link-local network, where clouds keep the keys of their machines. Nothing was sent. If your model does run there, set WHATSLANG_MODEL_ALLOW_LINK_LOCAL=on.`,
    { retryable: false, billed: false },
  )

function redirected(at: string, from: URL, location: string | null): ModelError {
  const target = location !== null && URL.canParse(location, from) ? new URL(location, from) : undefined
  const where =
    target === undefined
      ? 'to another address'
      : target.host === from.host
        ? `to another address on ${target.host}${target.protocol === from.protocol ? '' : ` (${target.protocol}//)`}`
        : `to ${target.host}`
  return new ModelError(
    'model-redirect',
    `${at} sends its callers on ${where}. Whatslang does not follow: the chat’s text goes only to the address that you entered. If you trust the other one, enter it in Settings.`,
    { retryable: false, billed: false },
  )
}

/** Undefined: the library's own words are as good. */
function ourOwn(error: unknown, at: string): ModelError | undefined {
  for (const one of causes(error)) {
    if (one instanceof ModelError) return one
    const code = 'code' in one ? one.code : undefined
    if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return oversized(at)
    if (code === 'UND_ERR_CONNECT_TIMEOUT') return unconnected(at)
  }
  return undefined
}

const unconnected = (at: string) =>
  new ModelError(
    'model-unreachable',
    `${at} took no connection within ${CONNECT_MS / 1000} s. Check the address in Settings and that the server runs.`,
    { retryable: true, billed: false },
  )
