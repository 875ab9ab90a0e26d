import { useMutation } from '@tanstack/react-query'
import { useProgram } from '../../client/program.tsx'
import { useTell } from '../../components/tell.tsx'

/** Changes a bot of a chat. The switch moves at once, and moves back, with the reason, where the program refuses. */
export function useSetBot() {
  const { api, queries } = useProgram()
  const tell = useTell()
  // Of the chat that was asked for: another one may be open when the answer comes.
  const keyOf = (jid: string) => api.chats.get.queryKey({ input: { jid } })
  return useMutation(
    api.chats.setBot.mutationOptions({
      onMutate: async ({ jid, bot, enabled, answer_owner_messages, context_message_count, response_chat_jid }) => {
        const queryKey = keyOf(jid)
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
      onError: (error, { jid }, context) => {
        if (context?.before) queries.setQueryData(keyOf(jid), context.before)
        tell.failure(error)
      },
      onSuccess: (assignment, { jid }) => {
        queries.setQueryData(keyOf(jid), (old) => {
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
