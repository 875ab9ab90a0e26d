import { useQuery } from '@tanstack/react-query'
import type { Chat, ChatPage } from '../../../preload/contract/chats.ts'
import { useProgram } from '../../client/program.tsx'

/** The chat of an address. What a list on this page knows of it stands there until the program has answered. */
export function useChat(jid: string) {
  const { api, queries } = useProgram()
  const listed = (): Chat | undefined => {
    for (const [, page] of queries.getQueriesData<ChatPage>({ queryKey: api.chats.list.key() })) {
      const found = page?.chats.find((chat) => chat.jid === jid || chat.aliases.includes(jid))
      if (found) return found
    }
    return undefined
  }
  return useQuery(
    api.chats.get.queryOptions({
      input: { jid },
      initialData: listed,
      initialDataUpdatedAt: 0,
      // A list that is not on the screen may be older than the chat.
      refetchOnMount: 'always',
    }),
  )
}
