import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { ORPCError } from '@orpc/client'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { OfflineError } from '../client/client.ts'
import { tellFailure } from '../i18n/told.ts'

/** The sentence that a failure shows: the program's own where it was expected, else what is safe to say. */
export function explain(error: unknown, t: TFunction): string {
  if (error instanceof ORPCError) {
    if (!error.defined && error.status >= 500) return unexpected(t)
    return tellFailure(error.message, ...codesOf(error.data), error.code)
  }
  if (error instanceof OfflineError) return t('error.offline')
  if (error instanceof Error && /not open|closed|peer/i.test(error.message)) return t('error.offline')
  return unexpected(t)
}

/** The log is in Health: who stands there already is not sent there. */
export const unexpected = (t: TFunction): string =>
  t(/^#\/health(?![^/?])/.test(window.location.hash) ? 'error.unexpectedHere' : 'error.unexpected')

/** Our own codes in the data of a failure, the most telling first. */
function codesOf(data: unknown): (string | undefined)[] {
  if (typeof data !== 'object' || data === null) return []
  return ['what', 'reason', 'state'].map((name) => {
    const code: unknown = Reflect.get(data, name)
    return typeof code === 'string' ? code : undefined
  })
}

/** Toasts: one line, an undo where there is a way back. */
export function useTell() {
  const { t } = useTranslation()
  return useMemo(() => {
    const close = { closeButtonProps: { 'aria-label': t('action.close') } }
    const warn = (message: string) => {
      notifications.show({
        ...close,
        color: 'red',
        icon: <IconAlertTriangle size={18} aria-hidden />,
        autoClose: 12_000,
        role: 'alert',
        title: t('error.title'),
        message,
      })
    }
    return {
      done(message: string, undo?: () => void) {
        const id = notifications.show({
          ...close,
          icon: <IconCheck size={18} aria-hidden />,
          autoClose: undo ? 10_000 : 5000,
          role: 'status',
          message: (
            <Group justify="space-between" wrap="nowrap">
              <Text size="sm">{message}</Text>
              {undo && (
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => {
                    notifications.hide(id)
                    undo()
                  }}
                >
                  {t('action.undo')}
                </Button>
              )}
            </Group>
          ),
        })
      },
      warn,
      failure: (error: unknown) => warn(explain(error, t)),
    }
  }, [t])
}
