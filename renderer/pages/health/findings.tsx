import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Finding } from '../../../preload/contract/health.ts'
import { Facts } from '../../components/facts.tsx'
import { StateBadge } from '../../components/state-badge.tsx'
import { useFindingWords } from '../../i18n/finding-words.ts'
import { tellFinding } from '../../i18n/told.ts'
import classes from './health.module.css'

const TONES = { ok: 'good', info: 'idle', warning: 'warn', error: 'bad' } as const
const ORDER = ['error', 'warning', 'info', 'ok']

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
