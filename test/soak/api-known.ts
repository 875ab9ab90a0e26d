import type { Known } from '../fuzz/inputs.ts'
import type { Link } from '../fuzz/link.ts'

const JIDS = ['15550007101@s.whatsapp.net', '15550007102@s.whatsapp.net', '70007103@lid', '15550007104@g.us']

/** What is there at the moment, by the fields that name it; makes what fuzzed calls have removed. */
export function createKnown(link: () => Promise<Link>, modelUrl: string) {
  let known: Known = {}
  return {
    now: () => known,
    async refresh(): Promise<void> {
      const open = await link()
      const ask = async (path: string, input?: unknown): Promise<unknown> => {
        const { status, body } = await open.call(path, input)
        return status < 300 ? (body as { json: unknown }).json : undefined
      }
      const names = (value: unknown, field: string): unknown[] =>
        Array.isArray(value) ? value.slice(0, 20).map((one) => Reflect.get(Object(one), field)) : []
      for (const jid of JIDS) await ask('/chats/add', { jid })
      await ask('/chats/setBot', { jid: JIDS[0], bot: 'echo', enabled: true })
      await ask('/bots/save', { name: 'mine', label: 'Mine', prefix: 'mine', system_prompt: 'Be brief.' })
      await ask('/settings/update', {
        backup: { encryption: { kind: 'none' } },
        model: { base_url: modelUrl, name: 'm', timeout_seconds: 5, retries: 0, parallel: 4 },
      })
      let backups = names(await ask('/backups/list'), 'id')
      if (backups.length === 0) backups = [Reflect.get(Object(await ask('/backups/create', { format: 'sql' })), 'id')]
      // Files that are not discarded are kept for as long as the program runs.
      for (const upload of known.upload ?? []) await ask('/restore/discard', { upload })
      const upload = Reflect.get(Object(await ask('/restore/fromBackup', { id: backups[0] })), 'upload')
      const activity = names(await ask('/activity/list', { limit: 20 }), 'id')
      known = {
        jid: JIDS,
        jids: JIDS,
        chat: JIDS,
        chats: JIDS,
        response_chat_jid: [...JIDS, null],
        bot: ['echo', 'auto_reply', 'translation', 'mine'],
        'bots.save.name': ['mine', 'other_one', 'third_one'],
        'bots.remove.name': ['mine', 'other_one', 'third_one'],
        id: backups,
        'activity.trace.id': activity,
        'activity.retry.id': activity,
        'tasks.cancel.id': names(await ask('/tasks/list'), 'id'),
        upload: [upload],
        base_url: [modelUrl],
      }
    },
  }
}
