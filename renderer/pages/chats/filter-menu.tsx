import { ActionIcon, Button, Checkbox, NativeSelect, Popover, Stack, Tooltip } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FilterSearch } from '../../app/addresses.ts'
import { useBots } from '../../components/use-bots.ts'
import { type FilterPatch, NO_FILTER } from './use-chat-filter.ts'

interface Props extends Omit<FilterSearch, 'query'> {
  onChange: (patch: FilterPatch) => void
}

/** Which chats, and in which order. */
export const FilterMenu = memo(function FilterMenu({ onChange, ...filters }: Props) {
  const { t } = useTranslation()
  const bots = useBots().data ?? []
  const [open, setOpen] = useState(false)
  const used = Object.keys(filters).length
  const select = (
    key: 'type' | 'activity' | 'bots' | 'sort',
    none: string,
    data: { value: string; label: string }[],
  ) => (
    // The browser's own: the list answers in half the time that it takes beside a dropdown that closes.
    <NativeSelect
      label={t(`chats.${key}.label`)}
      data={data}
      value={filters[key] ?? none}
      onChange={({ currentTarget: { value } }) => onChange({ [key]: value === none ? undefined : value })}
    />
  )
  const choices = <const V extends string>(values: V[], label: (value: V) => string) =>
    values.map((value) => ({ value, label: label(value) }))
  const label = used > 0 ? t('chats.filtersOn', { count: used }) : t('chats.filters')
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={280} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Tooltip label={label} disabled={open}>
          <ActionIcon
            size={34}
            variant={used > 0 ? 'light' : 'default'}
            aria-label={label}
            onClick={() => setOpen(!open)}
          >
            <IconFilter size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('chats.filters')}>
        <Stack gap="sm">
          {select(
            'type',
            'all',
            choices(['all', 'direct', 'group'], (value) => t(`chats.type.${value}`)),
          )}
          {select(
            'activity',
            'all',
            choices(['all', 'active', 'recent', 'idle'], (value) => t(`chats.activity.${value}`)),
          )}
          {select('bots', 'all', [
            ...choices(['all', 'with', 'without'], (value) => t(`chats.bots.${value}`)),
            ...bots.map((bot) => ({ value: bot.name, label: bot.label })),
          ])}
          {select(
            'sort',
            'last_message_time',
            choices(['last_message_time', 'chat_name', 'message_count', 'added_at'], (value) =>
              t(`chats.sort.${value}`),
            ),
          )}
          <Checkbox
            label={t('chats.sort.reverse')}
            checked={filters.order !== undefined}
            onChange={(event) =>
              onChange({
                order: event.currentTarget.checked ? (filters.sort === 'chat_name' ? 'desc' : 'asc') : undefined,
              })
            }
          />
          <Button
            variant="default"
            disabled={used === 0}
            onClick={() => {
              onChange(NO_FILTER)
              setOpen(false) // what is disabled loses the focus, and then Escape is not heard
            }}
          >
            {t('chats.clearFilters')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
})
