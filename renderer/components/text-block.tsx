import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format.ts'
import { findLinks } from './links.ts'
import { CUT_AT, cut, neutralise } from './plain-text.ts'
import classes from './text-block.module.css'
import { TextLink } from './text-link.tsx'

/** What a stranger wrote, as text and nothing else; the longest are cut, with a button for the rest. */
export function TextBlock({ text }: { text: string }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [all, setAll] = useState(false)
  const long = text.length > CUT_AT
  const parts = useMemo(() => findLinks(neutralise(long && !all ? cut(text, CUT_AT) : text)), [text, long, all])
  return (
    <>
      <bdi dir="auto" className={classes.text}>
        {parts.map((part, index) =>
          typeof part === 'string' ? part : <TextLink key={`${String(index)}-${part.href}`} {...part} />,
        )}
        {long && !all && '…'}
      </bdi>
      {long && (
        <Button size="compact-sm" variant="default" mt={8} onClick={() => setAll(!all)}>
          {all
            ? t('action.showLess')
            : t('action.showAll', {
                size:
                  text.length < 100_000
                    ? t('action.characters', { count: text.length, formatted: format.number(text.length) })
                    : format.bytes(text.length),
              })}
        </Button>
      )}
    </>
  )
}
