import { ActionIcon, Button, Checkbox, NativeSelect, Popover, Stack, Tooltip } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { memo, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FilterSearch } from '../../app/addresses.ts'
import { useBots } from '../../components/use-bots.ts'
import { type FilterPatch, NO_FILTER } from './use-chat-filter.ts'

interface Props extends Omit<FilterSearch, 'query'> {
  onChange: (patch: FilterPatch) => void
}

const FIELDS = ['type', 'activity', 'bots', 'sort'] as const
interface Choice {
  value: string
  label: string
}
interface FieldProps {
  field: (typeof FIELDS)[number]
  /** The first one leaves all chats, or the order as it is. */
  data: Choice[]
  value: string
  onChange: (patch: FilterPatch) => void
}

/** A bookmark may name a bot that is gone: the list is still narrowed by it, and says so. */
const withBookmarked = (value: string | undefined, choices: Choice[]): Choice[] =>
  value === undefined || choices.some((choice) => choice.value === value)
    ? choices
    : [...choices, { value, label: value }]

/** The browser's own select: the list answers in half the time that it takes beside a dropdown that closes. */
const FilterField = memo(function FilterField({ field, data, value, onChange }: FieldProps) {
  const { t } = useTranslation()
  return (
    <NativeSelect
      label={t(`chats.${field}.label`)}
      data={data}
      value={value}
      onChange={({ currentTarget: { value: chosen } }) =>
        onChange({ [field]: chosen === data[0]?.value ? undefined : chosen })
      }
    />
  )
})

/** Which chats, and in which order. */
export const FilterMenu = memo(function FilterMenu({ onChange, ...filters }: Props) {
  const { t } = useTranslation()
  const bots = useBots().data
  const [open, setOpen] = useState(false)
  const used = Object.keys(filters).length
  const data = useMemo(() => {
    const choices = <const V extends string>(values: V[], label: (value: V) => string): Choice[] =>
      values.map((value) => ({ value, label: label(value) }))
    return {
      type: choices(['all', 'direct', 'group'], (value) => t(`chats.type.${value}`)),
      activity: choices(['all', 'active', 'recent', 'idle'], (value) => t(`chats.activity.${value}`)),
      bots: withBookmarked(filters.bots, [
        ...choices(['all', 'with', 'without'], (value) => t(`chats.bots.${value}`)),
        ...(bots ?? []).map((bot) => ({ value: bot.name, label: bot.label })),
      ]),
      sort: choices(['last_message_time', 'chat_name', 'message_count', 'added_at'], (value) =>
        t(`chats.sort.${value}`),
      ),
    }
  }, [t, bots, filters.bots])
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
          {FIELDS.map((field) => (
            <FilterField
              key={field}
              field={field}
              data={data[field]}
              value={filters[field] ?? data[field][0]?.value ?? ''}
              onChange={onChange}
            />
          ))}
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
