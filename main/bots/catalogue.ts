import * as z from 'zod'
import { type Bot, OwnBot, ReplyRule } from '../../preload/contract/bots.ts'
import type { RuleMatching } from '../rules/rule-matching.ts'
import type { Bots } from '../store/bots.ts'
import { createAutoReply } from './auto-reply.ts'
import { BotError } from './bot-error.ts'
import { builtinBots } from './builtin.ts'
import { createPromptBot } from './prompt-bot.ts'
import type { BotSpec } from './spec.ts'

const AUTO_REPLY = 'auto_reply'
/** What the table `bots` holds. A row that does not fit is kept and left alone: a newer version may know it. */
const Stored = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('own'), bot: OwnBot }),
  z.object({ kind: z.literal('rules'), rules: z.array(ReplyRule).max(200) }),
])

/** Every bot that this program knows: those it comes with, and the user's own. */
export function createCatalogue({ rows, matching }: { rows: Bots; matching: RuleMatching }) {
  let bots = new Map<string, BotSpec>()
  let rules: ReplyRule[] = []

  /** Reads the table again, after a restore for one. */
  function reload(): void {
    const next = new Map(builtinBots().map((bot) => [bot.name, bot]))
    rules = []
    for (const row of rows.all()) {
      const stored = parse(row.spec)
      if (stored?.kind === 'rules' && row.name === AUTO_REPLY) rules = stored.rules
      else if (stored?.kind === 'own' && !next.has(row.name)) next.set(row.name, ownBot(stored.bot))
    }
    next.set(AUTO_REPLY, createAutoReply(rules, matching))
    bots = next
  }
  reload()

  function require(name: string): BotSpec {
    const bot = bots.get(name)
    if (!bot)
      throw new BotError('not-found', name, `There is no bot named ${name}. The Bots page lists those there are.`)
    return bot
  }

  function describe(bot: BotSpec): Bot {
    const counts = rows.counts(bot.name)
    return {
      name: bot.name,
      label: bot.label,
      prefix: bot.prefix,
      description: bot.description,
      origin: bot.origin,
      needs_model: bot.needsModel,
      handles: [...bot.handles],
      system_prompt: bot.systemPrompt,
      rules: bot.name === AUTO_REPLY ? rules : null,
      chats_on: counts.chatsOn,
      chats_assigned: counts.chatsAssigned,
      last_answer_at: counts.lastAnswerAt,
    }
  }

  return {
    reload,
    find: (name: string): BotSpec | undefined => bots.get(name),
    byPrefix: (prefix: string): BotSpec | undefined =>
      [...bots.values()].find((bot) => bot.prefix.toLowerCase() === prefix.toLowerCase()),
    list: (): Bot[] => [...bots.values()].map(describe),
    get: (name: string): Bot => describe(require(name)),
    spec: require,
    chats(name: string) {
      return rows.chats(name)
    },
    async setRules(name: string, next: ReplyRule[]): Promise<Bot> {
      require(name)
      if (name !== AUTO_REPLY) throw new BotError('invalid', name, 'Only the auto-reply bot has rules.')
      const problem = await matching.problem(next)
      if (problem !== undefined) throw new BotError('invalid', 'rules', problem)
      rows.put(AUTO_REPLY, JSON.stringify({ kind: 'rules', rules: next }))
      reload()
      return describe(require(AUTO_REPLY))
    },
    save(bot: OwnBot): Bot {
      const existing = bots.get(bot.name)
      if (existing?.origin === 'catalogue') {
        throw new BotError('conflict', 'name', `${bot.name} is a bot of the catalogue. Choose another name.`)
      }
      const prefix = bot.prefix.toLowerCase()
      for (const other of bots.values()) {
        if (other.name !== bot.name && other.prefix.toLowerCase() === prefix) {
          throw new BotError('conflict', 'prefix', `[${bot.prefix}] is the prefix of ${other.label}. Choose another.`)
        }
      }
      rows.put(bot.name, JSON.stringify({ kind: 'own', bot }))
      reload()
      return describe(require(bot.name))
    },
    remove(name: string): boolean {
      if (bots.get(name)?.origin === 'catalogue') {
        throw new BotError(
          'conflict',
          name,
          `${name} belongs to the catalogue and cannot be removed. Switch it off instead.`,
        )
      }
      const removed = rows.remove(name)
      if (removed) reload()
      return removed
    },
  }
}
export type Catalogue = ReturnType<typeof createCatalogue>

function ownBot(bot: OwnBot): BotSpec {
  return createPromptBot({
    name: bot.name,
    label: bot.label,
    prefix: bot.prefix,
    description: bot.description,
    origin: 'own',
    systemPrompt: bot.system_prompt,
  })
}

function parse(spec: string): z.infer<typeof Stored> | undefined {
  try {
    return Stored.safeParse(JSON.parse(spec)).data
  } catch {
    return undefined // Not JSON: as unknown as any other row that does not fit.
  }
}
