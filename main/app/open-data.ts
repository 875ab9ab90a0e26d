import type { Logger } from 'pino'
import { type Catalogue, createCatalogue } from '../bots/catalogue.ts'
import { createPipeline, type Pipeline } from '../bots/pipeline.ts'
import type { Config } from '../config/config.ts'
import type { SettingsStore } from '../config/settings.ts'
import type { Model } from '../llm/model.ts'
import type { PauseState } from '../pause/pause.ts'
import type { Clock, Notice, Outbound } from '../ports.ts'
import type { OpenData } from '../rpc/program.ts'
import type { RuleMatching } from '../rules/rule-matching.ts'
import { createActivity } from '../store/activity.ts'
import type { StoreChange } from '../store/context.ts'
import { openStore, type Replacement, type Store } from '../store/index.ts'
import type { BudgetScope } from '../store/model-use.ts'

export interface DataDeps {
  config: Config
  clock: Clock
  settings: SettingsStore
  model: Model
  outbound: Outbound
  pause: PauseState
  matching: RuleMatching
  serverNow(): number
  onChange(change: StoreChange): void
  /** The file became another one: see store/file-watch.ts. */
  onReplaced?(how: Replacement): void
  notify(notice: Notice): void
  log: Logger
}

export interface Data extends OpenData {
  store: Store
  catalogue: Catalogue
  pipeline: Pipeline
  /** Resolves when bots and outbox write nothing any more. The file stays open. */
  quiesce(): Promise<void>
  /** Moves the write-ahead log into the file and closes it. After `quiesce`, or where nothing was started yet. */
  close(): void
}

/** Opens messages.db with everything that works on it. A restore closes it, swaps the file, and opens it again. */
export function openData(deps: DataDeps): Data {
  const { settings, log } = deps
  const store = openStore({
    path: deps.config.database.path,
    clock: deps.clock,
    log,
    ...(deps.onReplaced && { onReplaced: deps.onReplaced }),
    secureDelete: settings.get().retention.secure_delete,
  })
  const leave = store.changes.on(deps.onChange)
  const catalogue = createCatalogue({ rows: store.bots, matching: deps.matching })
  const pipeline = createPipeline({
    store,
    catalogue,
    model: deps.model,
    outbound: deps.outbound,
    pause: deps.pause,
    clock: deps.clock,
    serverNow: deps.serverNow,
    settings: () => settings.get(),
    log,
    pacing: deps.config.pacing,
    disable: deps.config.testDisable,
    onChange: (jid) => deps.onChange({ type: 'activity', jid }),
    onSecondBot: ({ bot }) =>
      deps.notify({
        code: 'second-bot',
        title: 'Another program answers as well',
        body: `It answers as ${bot} with your WhatsApp account. The bot was switched off in that chat.`,
        page: '/activity',
      }),
    onLoop: ({ bot }) =>
      deps.notify({
        code: 'bot-loop',
        title: 'A bot was stopped in a chat',
        body: `Another program seems to answer ${catalogue.find(bot)?.label ?? bot}, so that the two would write to each other without end. Check the chat, then switch the bot on again.`,
        page: '/activity',
        bot: catalogue.find(bot)?.label ?? bot,
      }),
    onBudget: ({ scope, bot }) => deps.notify(budgetNotice(scope, catalogue.find(bot)?.label ?? bot)),
    onModelTrouble: (message) =>
      deps.notify({ code: 'model-failing', title: 'The model does not answer', body: message, page: '/settings' }),
  })
  const wakeOutbound = deps.outbound.onReady(() => pipeline.start())
  const end = async () => {
    wakeOutbound()
    await pipeline.dispose()
  }

  return {
    store,
    catalogue,
    pipeline,
    activity: createActivity(store.context),
    retry: pipeline.retry,
    tryOut: pipeline.tryOut,
    spentToday: pipeline.spentToday,
    silence: pipeline.cancel,
    wake: pipeline.retryNow,
    quiesce: end,
    close() {
      // Nothing may wake it any more: a restore that fails opens a database, closes it and goes on with another one.
      void end()
      leave()
      store.close()
    },
  }
}

/** Names no chat: a host without a screen writes its notices into the log. */
function budgetNotice(scope: BudgetScope, bot: string): Notice {
  const raise = 'You can raise the budget in Settings, under “Limits”.'
  return scope === 'chat'
    ? {
        code: 'budget-chat',
        title: 'A budget for the model is used up',
        body: `${bot} has used up today’s budget in one chat; Activity shows in which. It answers again from midnight on. ${raise}`,
        page: '/activity',
        bot,
      }
    : {
        code: 'budget-day',
        title: 'The budget for the model is used up',
        body: `All bots together have used up today’s budget. They answer again from midnight on. ${raise}`,
        page: '/activity',
      }
}
