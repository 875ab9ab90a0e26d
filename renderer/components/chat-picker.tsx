import { Select } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useApi } from '../client/program.tsx'
import { addressOf, chatTitle } from './chat-name.tsx'

interface Props {
  label: string
  description?: string
  /** The words for "no chat". */
  none: string
  value: string | null
  onChange: (jid: string | null) => void
}

/** One chat out of many: the thirty best matches for what is typed. */
export function ChatPicker({ label, description, none, value, onChange }: Props) {
  const api = useApi()
  const [typed, setTyped] = useState('')
  const [open, setOpen] = useState(false)
  const query = useDeferredValue(typed.trim())
  const chosen = useQuery(api.chats.get.queryOptions({ input: { jid: value ?? '' }, enabled: value !== null })).data
  const chosenTitle = value === null ? none : chatTitle(chosen?.name ?? null, value)
  const found = useQuery(
    api.chats.list.queryOptions({
      input: { limit: 30, ...(query && query !== chosenTitle ? { query } : {}) },
      enabled: open,
      placeholderData: keepPreviousData,
    }),
  )
  const data = new Map([['', none]])
  if (value !== null) data.set(value, chosenTitle)
  for (const chat of found.data?.chats ?? [])
    data.set(chat.jid, `${chatTitle(chat.name, chat.jid)} (${addressOf(chat.jid)})`)
  return (
    <Select
      label={label}
      description={description}
      searchable
      data={[...data].map(([jid, text]) => ({ value: jid, label: jid === value ? chosenTitle : text }))}
      filter={({ options }) => options}
      value={value ?? ''}
      onSearchChange={setTyped}
      onDropdownOpen={() => setOpen(true)}
      onChange={(jid) => onChange(jid || null)}
      maxDropdownHeight={280}
    />
  )
}
