import { useMutation } from '@tanstack/react-query'
import type { Chat } from '../../../preload/contract/chats.ts'
import { useProgram } from '../../client/program.tsx'
import { useTell } from '../../components/tell.tsx'

/** Changes a chat's bot. The switch moves at once, and moves back, with the reason, where the program refuses. */
export function useSetBot(chat: Chat) {
  const { api, queries } = useProgram()
  const tell = useTell()
  const queryKey = api.chats.get.queryKey({ input: { jid: chat.jid } })
  return useMutation(
    api.chats.setBot.mutationOptions({
      onMutate: async ({ bot, enabled, answer_owner_messages, context_message_count, response_chat_jid }) => {
        await queries.cancelQueries({ queryKey })
        const before = queries.getQueryData(queryKey)
        const change = {
          ...(enabled === undefined ? {} : { enabled, was_enabled: false, ...(enabled ? { stopped: null } : {}) }),
          ...(answer_owner_messages === undefined ? {} : { answer_owner_messages }),
          ...(context_message_count === undefined ? {} : { context_message_count }),
          ...(response_chat_jid === undefined ? {} : { response_chat_jid }),
        }
        queries.setQueryData(
          queryKey,
          (old) =>
            old && { ...old, bots: old.bots.map((other) => (other.bot === bot ? { ...other, ...change } : other)) },
        )
        return { before }
      },
      onError: (error, _input, context) => {
        if (context?.before) queries.setQueryData(queryKey, context.before)
        tell.failure(error)
      },
      onSuccess: (assignment) => {
        queries.setQueryData(queryKey, (old) => {
          if (!old) return old
          const known = old.bots.some((other) => other.bot === assignment.bot)
          const bots = known
            ? old.bots.map((other) => (other.bot === assignment.bot ? assignment : other))
            : [...old.bots, assignment]
          return { ...old, bots }
        })
      },
      onSettled: () => {
        void queries.invalidateQueries({ queryKey: api.chats.list.key() })
        void queries.invalidateQueries({ queryKey: api.bots.key() })
      },
    }),
  )
}
