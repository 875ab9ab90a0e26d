import * as z from 'zod'
import { ConfigError } from './config-error.ts'
import { refuseUnexpanded } from './plain-path.ts'

const text = z.string().trim().min(1).optional()

/** Every variable that Whatslang reads. An empty one counts as not set. */
const Environment = z.object({
  DB_PATH: text,
  WHATSLANG_DATA_DIR: text,
  WHATSLANG_HOST: text,
  WHATSLANG_PORT: z.coerce.number('must be a port, 1 to 65535').int().min(0).max(65535).optional(),
  WHATSLANG_TOKEN: text,
  /** Further names under which a reverse proxy reaches the headless host, separated by commas. */
  WHATSLANG_ALLOWED_HOSTS: text,
  /** Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses and networks, separated by commas. */
  WHATSLANG_TRUSTED_PROXIES: text,
  /** Browsers reach the headless host over https only: its cookie is always `Secure`. */
  WHATSLANG_HTTPS: z.enum(['on', 'off'], 'must be on or off').optional(),
  WHATSLANG_BACKUP_PASSPHRASE: text,
  WHATSLANG_EMULATOR_URL: text,
  WHATSLANG_PACING: z.enum(['on', 'off'], 'must be on or off').optional(),
  WHATSLANG_TEST_DISABLE: text,
  /** What stands in for the model in the demo, of which the page must tell. */
  WHATSLANG_DEMO: z.enum(['phrase-book', 'model'], 'must be phrase-book or model').optional(),
  WHATSLANG_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error').optional(),
  /** Lets the model's address be link-local. In no settings file: whoever can change those could read a cloud's keys with it. */
  WHATSLANG_MODEL_ALLOW_LINK_LOCAL: z.enum(['on', 'off'], 'must be on or off').optional(),
  OPENAI_API_KEY: text,
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  OPENAI_MODEL: text,
  /** A chat that is added by itself, as the Python service did. */
  CHAT_JID: text,
})
export type Environment = z.infer<typeof Environment>

/** @throws ConfigError that names the variable */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const known = Object.fromEntries(
    Object.keys(Environment.shape).flatMap((name) => {
      const value = env[name]?.trim()
      return value ? [[name, value]] : []
    }),
  )
  const parsed = Environment.safeParse(known)
  if (parsed.success) {
    for (const name of PATHS) refuseUnexpanded(`${name} in the environment`, parsed.data[name])
    return parsed.data
  }
  const [issue] = parsed.error.issues
  throw new ConfigError(
    'invalid-environment',
    `${String(issue?.path[0])} in the environment ${issue?.message ?? 'is not valid'}.`,
  )
}

const PATHS = ['WHATSLANG_DATA_DIR', 'DB_PATH'] as const
