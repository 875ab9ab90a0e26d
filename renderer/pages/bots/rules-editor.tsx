import { ActionIcon, Button, Checkbox, Group, Select, Text, Textarea, TextInput } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Bot, ReplyRule } from '../../../preload/contract/bots.ts'
import { useProgram } from '../../client/program.tsx'
import { Section } from '../../components/page.tsx'
import { useTell } from '../../components/tell.tsx'
import { useAction } from '../../components/use-action.ts'
import classes from './bots.module.css'

interface Draft extends ReplyRule {
  key: number
}
const MATCHES = ['equals', 'contains', 'starts_with', 'regex'] as const

/** The rules of the auto-reply bot, in the order in which they are tried. */
export function RulesEditor({ bot, rules }: { bot: Bot; rules: ReplyRule[] }) {
  const { t } = useTranslation()
  const { api, queries } = useProgram()
  const tell = useTell()
  const [drafts, setDrafts] = useState<Draft[]>(() => rules.map((rule, key) => ({ ...rule, key })))
  const [next, setNext] = useState(rules.length)
  const save = useAction(
    api.bots.setRules.mutationOptions({
      onSuccess: (saved) => {
        queries.setQueryData(api.bots.get.queryKey({ input: { bot: bot.name } }), saved)
        tell.done(t('bots.rulesSaved'))
      },
    }),
  )
  const change = (key: number, patch: Partial<ReplyRule>) =>
    setDrafts(drafts.map((draft) => (draft.key === key ? { ...draft, ...patch } : draft)))
  const move = (index: number, by: number) => {
    const moved = [...drafts]
    const [draft] = moved.splice(index, 1)
    if (draft) moved.splice(index + by, 0, draft)
    setDrafts(moved)
  }
  const add = () => {
    setDrafts([...drafts, { key: next, match: 'contains', pattern: '', answer: '', case_sensitive: false }])
    setNext(next + 1)
  }
  const complete = drafts.every((draft) => draft.pattern && draft.answer)
  return (
    <Section title={t('bots.rules')}>
      <Text size="sm" c="dimmed" mb="md">
        {t(drafts.length === 0 ? 'bots.rulesNone' : 'bots.rulesText')}
      </Text>
      {drafts.map((draft, index) => {
        const number = index + 1
        return (
          <fieldset key={draft.key} className={classes.rule} aria-label={t('bots.rule', { number })}>
            <Group align="flex-end">
              <Select
                label={t('bots.match')}
                w={220}
                data={MATCHES.map((value) => ({ value, label: t(`bots.matches.${value}`) }))}
                value={draft.match}
                onChange={(value) =>
                  change(draft.key, { match: MATCHES.find((match) => match === value) ?? 'contains' })
                }
              />
              <TextInput
                flex="1 1 160px"
                label={t(draft.match === 'regex' ? 'bots.expression' : 'bots.pattern')}
                value={draft.pattern}
                maxLength={500}
                onChange={(event) => change(draft.key, { pattern: event.currentTarget.value })}
              />
              <ActionIcon
                variant="subtle"
                size={34}
                disabled={index === 0}
                aria-label={t('bots.moveUp', { number })}
                onClick={() => move(index, -1)}
              >
                <IconArrowUp size={18} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                size={34}
                disabled={index === drafts.length - 1}
                aria-label={t('bots.moveDown', { number })}
                onClick={() => move(index, 1)}
              >
                <IconArrowDown size={18} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                size={34}
                aria-label={t('bots.removeRule', { number })}
                onClick={() => setDrafts(drafts.filter((other) => other.key !== draft.key))}
              >
                <IconTrash size={18} aria-hidden />
              </ActionIcon>
            </Group>
            <Textarea
              label={t('bots.answer')}
              autosize
              minRows={1}
              maxRows={8}
              maxLength={4000}
              value={draft.answer}
              onChange={(event) => change(draft.key, { answer: event.currentTarget.value })}
            />
            <Checkbox
              label={t('bots.caseSensitive')}
              checked={draft.case_sensitive}
              onChange={(event) => change(draft.key, { case_sensitive: event.currentTarget.checked })}
            />
          </fieldset>
        )
      })}
      <Group>
        <Button variant="default" disabled={drafts.length >= 200} onClick={add}>
          {t('bots.addRule')}
        </Button>
        <Button
          disabled={!complete}
          loading={save.isPending}
          onClick={() => save.mutate({ bot: bot.name, rules: drafts.map(({ key: _key, ...rule }) => rule) })}
        >
          {t('bots.saveRules')}
        </Button>
      </Group>
    </Section>
  )
}
