import { Button, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Finding } from '../../../preload/contract/health.ts'
import { Facts } from '../../components/facts.tsx'
import { StateBadge } from '../../components/state-badge.tsx'
import { useFindingWords } from '../../i18n/finding-words.ts'
import { tellFinding } from '../../i18n/told.ts'
import classes from './health.module.css'

const TONES = { ok: 'good', info: 'idle', warning: 'warn', error: 'bad' } as const
const ORDER = ['error', 'warning', 'info', 'ok']

/** Findings whose way out is a page of its own. */
const IN_SETTINGS = new Set(['model', 'settings'])

export function Findings({ findings }: { findings: Finding[] }) {
  const { t } = useTranslation()
  const say = useFindingWords()
  const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level))
  return (
    <ul className={classes.findings}>
      {sorted.map((finding) => {
        const facts = Object.entries(finding.facts)
        const said = tellFinding(finding, say)
        return (
          <li key={`${finding.code}-${finding.title}`} className={classes.finding}>
            <StateBadge tone={TONES[finding.level]}>{t(`health.level.${finding.level}`)}</StateBadge>
            <div>
              <Text fw={finding.level === 'ok' ? 400 : 600}>{said.title}</Text>
              {said.cause && <Text size="sm">{said.cause}</Text>}
              {said.wayOut && <Text size="sm">{said.wayOut}</Text>}
              {finding.level !== 'ok' && IN_SETTINGS.has(finding.code) && (
                <Button
                  size="compact-sm"
                  variant="default"
                  my={4}
                  renderRoot={(props) => <Link to="/settings" {...props} />}
                >
                  {t('overview.toSettings')}
                </Button>
              )}
              {facts.length > 0 && (
                <details>
                  <summary>{t('action.details')}</summary>
                  <Facts facts={facts.map(([name, value]) => [name, String(value)])} />
                </details>
              )}
            </div>
          </li>
        )
      })}
    </ul>
  )
}
