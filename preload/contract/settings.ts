import * as z from 'zod'
import { CONSEQUENCES, LEFT_OUT_REASONS } from './codes.ts'
import { Instant, procedure } from './common.ts'
import { LANGUAGE_CODES } from './languages.ts'
import { scheduleProblem } from './schedule.ts'

/** A cron expression that runs some day; the issue's `code` says which field does not fit. */
export const Schedule = z
  .string()
  .max(100)
  .superRefine((expression, context) => {
    const problem = scheduleProblem(expression)
    if (problem) context.addIssue({ code: 'custom', message: problem.message, params: { code: problem.code } })
  })

/** An https address without a user name or a password. */
export const FeedUrl = z
  .url({ protocol: /^https$/, error: 'The address of the updates must begin with https://.' })
  .max(500)
  .refine(
    (url) => !URL.canParse(url) || (new URL(url).username === '' && new URL(url).password === ''),
    'The address of the updates must not hold a user name or a password.',
  )

/** Every setting, its limits and its default. One file, `settings.json`, whichever host wrote it. No secrets in here. */
export const Settings = z.object({
  version: z.literal(1).default(1),
  language: z.enum(['system', ...LANGUAGE_CODES]).default('system'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  welcomed: z.boolean().default(false),
  risk_accepted: z.boolean().default(false),
  model: z
    .object({
      base_url: z.url().max(500).default('https://api.openai.com/v1'),
      name: z.string().max(200).default('gpt-4o-mini'),
      timeout_seconds: z.number().min(1).max(600).default(30),
      retries: z.number().int().min(0).max(10).default(2),
      parallel: z.number().int().min(1).max(32).default(4),
    })
    .prefault({}),
  answering: z
    .object({
      /** Messages that came while we were offline are answered if younger than this. */
      catch_up_minutes: z
        .number()
        .min(0)
        .max(60 * 24 * 7)
        .default(30),
      /** An answer that could not be sent within this time is dropped as expired. */
      answer_lifetime_minutes: z
        .number()
        .min(1)
        .max(60 * 24)
        .default(60),
      per_minute: z.number().int().min(1).max(60).default(20),
      per_chat_per_minute: z.number().int().min(1).max(60).default(6),
      typing: z.boolean().default(true),
    })
    .prefault({}),
  /** What contacts may make the program spend. A null is no limit; a day is one of this computer's clock and time zone. */
  limits: z
    .object({
      chat_calls_per_day: z.number().int().min(1).max(1_000_000).nullable().default(300),
      /** Of prompts and answers together, as all that count characters. */
      chat_characters_per_day: z.number().int().min(10_000).max(1_000_000_000).nullable().default(500_000),
      calls_per_day: z.number().int().min(1).max(1_000_000).nullable().default(1500),
      characters_per_day: z.number().int().min(10_000).max(1_000_000_000).nullable().default(3_000_000),
      /** What a model is given of one message, and of all that was said before. */
      message_characters: z.number().int().min(200).max(100_000).default(8000),
      context_characters: z.number().int().min(0).max(1_000_000).default(20_000),
      messages_per_answer: z.number().int().min(1).max(50).default(5),
      /** A bot that talks with another program is switched off in that chat. */
      stop_loops: z.boolean().default(true),
    })
    .prefault({}),
  backup: z
    .object({
      /** Cron expression of five fields; null: never. */
      schedule: Schedule.nullable().default('0 2 * * *'),
      format: z.enum(['sql.gz', 'sql', 'sql.zst', 'db']).default('sql.gz'),
      /** Null: <data directory>/backups. */
      folder: z.string().max(1000).nullable().default(null),
      encryption: z
        .discriminatedUnion('kind', [
          z.object({ kind: z.literal('none') }),
          z.object({ kind: z.literal('passphrase') }),
          z.object({
            kind: z.literal('recipients'),
            recipients: z
              .array(z.string().regex(/^age1[0-9a-z]+$/))
              .min(1)
              .max(20),
          }),
        ])
        .default({ kind: 'none' }),
      keep: z
        .object({
          last: z.number().int().min(0).max(1000).default(3),
          daily: z.number().int().min(0).max(1000).default(0),
          weekly: z.number().int().min(0).max(1000).default(0),
          monthly: z.number().int().min(0).max(1000).default(0),
          yearly: z.number().int().min(0).max(1000).default(0),
          days: z.number().int().min(0).max(36500).default(30),
        })
        .prefault({}),
      /** A recovery drill every so many days; null: never by itself. */
      drill_days: z.number().int().min(1).max(3650).nullable().default(30),
      /** So long what the undo of a restore needs is kept, whatever the other rules say. */
      undo_days: z.number().int().min(0).max(3650).default(30),
      stale_after_hours: z
        .number()
        .min(1)
        .max(24 * 365)
        .default(26),
    })
    .prefault({}),
  retention: z
    .object({
      message_text_days: z.number().int().min(1).max(36500).nullable().default(null),
      secure_delete: z.boolean().default(true),
    })
    .prefault({}),
  desktop: z
    .object({
      start_at_login: z.boolean().default(false),
      close_to_tray: z.boolean().default(true),
      tray_notice_shown: z.boolean().default(false),
      notifications: z.boolean().default(true),
      /** Where the desktop program looks for a newer version; null: it does not look. */
      update_feed: FeedUrl.nullable().default(null),
      bounds: z
        .object({ x: z.number(), y: z.number(), width: z.number(), height: z.number(), maximized: z.boolean() })
        .nullable()
        .default(null),
      trusted_hosts: z.array(z.string().max(253)).max(200).default([]),
    })
    .prefault({}),
})
export type Settings = z.infer<typeof Settings>

/** Where a value comes from when it is not the settings file: shown beside the field, which is then read-only. */
export const SettingSource = z.enum(['environment', 'config-file', 'settings', 'default'])

/** That settings could not be read, until the user confirms those in force. */
export const SettingsDoubt = z.object({
  at: Instant,
  /** `values`: single settings were not valid. */
  why: z.enum(['unreadable', 'missing', 'values']),
  /** What is used instead. */
  instead: z.enum(['last-good', 'default']),
  /** The name under which the old file was kept, beside the new one. */
  kept_as: z.string().nullable(),
  /** The settings in doubt; empty: all of them. */
  keys: z.array(z.string()),
  /** Of single settings: why the value does not fit, and the code of that sentence. */
  reasons: z.record(z.string(), z.object({ code: z.string(), message: z.string() })).optional(),
})
export type SettingsDoubt = z.infer<typeof SettingsDoubt>

type DeepPartial<T> = T extends (infer _)[] ? T : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T
export type SettingsPatch = DeepPartial<Omit<Settings, 'version'>>
export const SettingsPatch = z.record(z.string(), z.unknown()) as unknown as z.ZodType<SettingsPatch>

export const Consequence = z.enum(CONSEQUENCES)
export type Consequence = z.infer<typeof Consequence>

export const LeftOutReason = z.enum(LEFT_OUT_REASONS)
export type LeftOutReason = z.infer<typeof LeftOutReason>
const LeftOut = {
  /** At most 100 of them. */
  left_out: z.array(z.object({ key: z.string(), why: LeftOutReason })),
  left_out_total: z.number().int(),
}

export const ImportPreview = z.object({
  /** Names this file and these settings. */
  digest: z.string(),
  /** Each value as a text, or as JSON. */
  differences: z.array(
    z.object({ key: z.string(), now: z.string(), file: z.string(), consequence: Consequence.nullable() }),
  ),
  /** Settings of the file that are in force already. */
  same: z.number().int(),
  ...LeftOut,
})
export type ImportPreview = z.infer<typeof ImportPreview>

export const ImportResult = z.object({
  settings: Settings,
  taken: z.array(z.string()),
  /** The names of `left_out`. */
  ignored: z.array(z.string()),
  ...LeftOut,
})
export type ImportResult = z.infer<typeof ImportResult>

/** A file of settings as text: 1 MB at most. */
const SettingsText = z.string().max(1_000_000, 'A file of settings has at most 1 MB. Nothing was changed.')

export const ModelStatus = z.object({
  configured: z.boolean(),
  base_url: z.string(),
  name: z.string(),
  /** There is a key that may be sent to this address. */
  has_key: z.boolean(),
  /** Scheme, host and port that the key belongs to. Null: there is no key. With `has_key` false it must be entered again for the present address. */
  key_origin: z.string().nullable(),
  last_ok_at: z.number().nullable(),
  last_error: z.object({ code: z.string(), message: z.string(), at: z.number() }).nullable(),
  calls: z.number().int(),
  errors: z.number().int(),
  latency_ms: z.number().nullable(),
  demo: z.boolean(),
})
export type ModelStatus = z.infer<typeof ModelStatus>

export const settings = {
  get: procedure.route({ method: 'GET', path: '/settings', tags: ['settings'] }).output(
    z.object({
      settings: Settings,
      sources: z.record(z.string(), SettingSource),
      secrets: z.object({ backend: z.string(), model_api_key: z.boolean(), backup_passphrase: z.boolean() }),
      /** Settings that were not valid when the program started; `everything`: the file could not be read. */
      repaired: z.array(z.string()),
      doubt: SettingsDoubt.nullable(),
    }),
  ),
  update: procedure
    .route({ method: 'PATCH', path: '/settings', tags: ['settings'] })
    .input(SettingsPatch)
    .output(Settings),
  confirm: procedure
    .route({
      method: 'POST',
      path: '/settings/confirm',
      tags: ['settings'],
      summary: 'The settings in force are right, although the file could not be read',
    })
    .output(z.object({ confirmed: z.boolean() })),
  exportFile: procedure.route({ method: 'GET', path: '/settings/file', tags: ['settings'] }).output(z.file()),
  importPreview: procedure
    .route({
      method: 'POST',
      path: '/settings/import/preview',
      tags: ['settings'],
      summary: 'What a file of settings would change',
    })
    .input(z.object({ json: SettingsText }))
    .output(ImportPreview),
  importFile: procedure
    .route({
      method: 'POST',
      path: '/settings/import',
      tags: ['settings'],
      summary: 'Takes what a file may set; what has a consequence only after a preview',
    })
    .input(
      z.object({
        json: SettingsText,
        /** Of the preview. CONFLICT where the file or the settings are others by now. */
        digest: z.string().max(64).optional(),
        /** Keys of settings with a consequence that the user confirmed; needs the digest. */
        accept: z.array(z.string().max(100)).max(200).optional(),
      }),
    )
    .output(ImportResult),
  setSecret: procedure
    .route({ method: 'PUT', path: '/settings/secrets/{name}', tags: ['settings'] })
    .input(
      z.object({
        name: z.enum(['model_api_key', 'backup_passphrase']),
        value: z.string().max(10_000).nullable(),
        /** The model's address that the key was entered for. CONFLICT where another is in force: the key would be sent there. */
        base_url: z.url().max(500).optional(),
      }),
    )
    .output(z.object({ set: z.boolean(), backend: z.string() })),
  model: procedure.route({ method: 'GET', path: '/model', tags: ['model'] }).output(ModelStatus),
  /** What bots have spent on the model since midnight by this computer's clock, all together. */
  modelUse: procedure
    .route({ method: 'GET', path: '/model/use', tags: ['model'] })
    .output(z.object({ day: z.string(), calls: z.number().int(), characters: z.number().int() })),
  testModel: procedure
    .route({ method: 'POST', path: '/model/test', tags: ['model'], summary: 'Ask the model one short question' })
    .input(
      z
        .object({ base_url: z.url().optional(), name: z.string().optional(), api_key: z.string().optional() })
        .optional(),
    )
    .output(
      z.object({
        ok: z.boolean(),
        message: z.string(),
        /** Why not, as in codes.ts. */
        code: z.string().optional(),
        milliseconds: z.number(),
        models: z.array(z.string()),
      }),
    ),
}
