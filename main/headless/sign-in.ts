import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Caller } from '../rpc/caller.ts'
import type { ClientOf } from './client.ts'
import type { Cookie } from './cookie.ts'
import { type Device, deviceName, deviceOf } from './device.ts'
import type { Gate, Refused } from './gate.ts'
import { answerFailure, answerJson } from './headers.ts'
import { readBody } from './read-body.ts'
import type { SignIns } from './sign-ins.ts'

/** A token is far shorter. */
const MAX_BYTES = 4096

interface SignInOptions {
  gate: Gate
  signIns: Pick<SignIns, 'begin' | 'find' | 'renew' | 'devices'>
  cookie: Cookie
  clientOf: ClientOf
  audit: Pick<AuditLog, 'record'>
  /** WHATSLANG_HTTPS: browsers reach the page over https only. */
  https: boolean
  refuse(request: IncomingMessage, response: ServerResponse, refused: Refused): void
}

/** `/auth`: a browser posts the token once and gets a cookie; DELETE signs it out. The guard has judged Host and Origin already. */
export function createSignIn(options: SignInOptions) {
  const { gate, signIns, cookie, clientOf, audit, https, refuse } = options

  /** The secret for the cookie. A browser that is signed in already starts anew under the one that it has, so that it is listed once. */
  const begun = (request: IncomingMessage, device: Device, address: string): string => {
    const secret = cookie.read(request)
    const known = secret === undefined ? undefined : signIns.find(secret, address)
    if (secret === undefined || typeof known !== 'object') return signIns.begin(device, address).secret
    signIns.renew(known.id, device, address)
    return secret
  }

  return {
    async signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const { address, secure } = clientOf(request)
      const token = await postedToken(request)
      if (token === undefined) {
        const message = 'Post JSON with the access token: {"token":"..."}. Nothing was done.'
        return refuse(request, response, { ok: false, status: 400, message })
      }
      const verdict = gate.judge(token, address, 'page')
      if (!verdict.ok) return refuse(request, response, verdict)
      const device = deviceOf(request.headers['user-agent'])
      const secret = begun(request, device, address)
      audit.record({ action: 'sign-in', by: 'page', address, detail: { device: deviceName(device) } })
      // A page that came over https says so in its Origin, which the guard has compared with Host.
      const overHttps = https || secure || request.headers.origin?.startsWith('https:') === true
      response.setHeader('set-cookie', cookie.set(secret, overHttps))
      answerJson(response, 200, { ok: true })
    },
    /** @param caller as the guard knows it */
    signOut(request: IncomingMessage, response: ServerResponse, caller: Caller, graceMs: number): void {
      const { session, by, address } = caller
      if (session === undefined) {
        answerFailure(response, 409, 'CONFLICT', 'Only a signed-in browser can sign out here. Nothing was changed.')
        return
      }
      signIns.devices.end(session, graceMs)
      audit.record({ action: 'session-ended', by, address: address ?? null, detail: { reason: 'signed out' } })
      response.setHeader('set-cookie', cookie.clear(request))
      answerJson(response, 200, { ok: true })
    },
  }
}

/** Undefined where the body holds none, or is no JSON, or too long. */
async function postedToken(request: IncomingMessage): Promise<string | undefined> {
  const bytes = await readBody(request, MAX_BYTES)
  if (bytes === 'too-long') return undefined
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string'
      ? body.token
      : undefined
  } catch {
    // No JSON: no token.
    return undefined
  }
}
