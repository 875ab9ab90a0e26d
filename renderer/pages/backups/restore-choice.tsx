import { Radio, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { FileChat, RestoreOptions } from '../../../preload/contract/restore.ts'
import { Section } from '../../components/page.tsx'
import { FileChats } from './file-chats.tsx'

const PARTS = ['all', 'assignments', 'chats'] as const
const MODES = ['replace', 'merge'] as const

export interface Choice {
  mode: (typeof MODES)[number]
  part: (typeof PARTS)[number]
  chats: FileChat[]
}
export const EVERYTHING: Choice = { mode: 'replace', part: 'all', chats: [] }

/** Undefined: chats are to be chosen, and none is yet. */
export function optionsOf({ mode, part, chats }: Choice): Pick<RestoreOptions, 'mode' | 'only'> | undefined {
  if (part === 'all') return { mode }
  if (part === 'assignments') return { mode, only: { assignments: true } }
  return chats.length === 0 ? undefined : { mode, only: { chats: chats.map(({ jid }) => jid) } }
}

const wordOf = (mode: Choice['mode'], whole: boolean) => (whole ? mode : (`${mode}Part` as const))

/** What of the file is taken, and how. */
export function RestoreChoice({
  upload,
  choice,
  onChange,
}: {
  upload: string
  choice: Choice
  onChange: (choice: Choice) => void
}) {
  const { t } = useTranslation()
  const whole = choice.part === 'all'
  return (
    <>
      <Section title={t('backups.restorePage.part')}>
        <Stack gap="md">
          <Radio.Group
            aria-label={t('backups.restorePage.part')}
            value={choice.part}
            onChange={(value) => onChange({ ...choice, part: PARTS.find((part) => part === value) ?? 'all' })}
          >
            <Stack gap="sm">
              {PARTS.map((value) => (
                <Radio
                  key={value}
                  value={value}
                  label={t(`backups.restorePage.parts.${value}`)}
                  description={t(`backups.restorePage.partTexts.${value}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          {choice.part === 'chats' && (
            <FileChats upload={upload} chosen={choice.chats} onChange={(chats) => onChange({ ...choice, chats })} />
          )}
        </Stack>
      </Section>
      <Section title={t('backups.restorePage.mode')}>
        <Radio.Group
          aria-label={t('backups.restorePage.mode')}
          value={choice.mode}
          onChange={(value) => onChange({ ...choice, mode: value === 'merge' ? 'merge' : 'replace' })}
        >
          <Stack gap="sm">
            {MODES.map((value) => (
              <Radio
                key={value}
                value={value}
                label={t(`backups.restorePage.${wordOf(value, whole)}`)}
                description={t(`backups.restorePage.${wordOf(value, whole)}Text`)}
              />
            ))}
          </Stack>
        </Radio.Group>
      </Section>
    </>
  )
}
