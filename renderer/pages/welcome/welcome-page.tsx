import { Button, Group } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../client/program.tsx'
import { Page } from '../../components/page.tsx'
import { useAction } from '../../components/use-action.ts'
import { useBots } from '../../components/use-bots.ts'
import { DataStep } from './data-step.tsx'
import { FirstBotStep } from './first-bot-step.tsx'
import { isLinked } from './is-linked.ts'
import { LinkStep } from './link-step.tsx'
import { ModelStep } from './model-step.tsx'
import classes from './welcome.module.css'
import { WordStep } from './word-step.tsx'

const STEPS = ['word', 'data', 'link', 'model', 'bot'] as const
type Step = (typeof STEPS)[number]

/** The first run, and later the place to link again. The honest word stands before everything that reaches WhatsApp. */
export function WelcomePage() {
  const { t } = useTranslation()
  const api = useApi()
  const navigate = useNavigate()
  const settings = useQuery(api.settings.get.queryOptions()).data?.settings
  const linked = isLinked(useQuery(api.session.get.queryOptions()).data)
  const model = useQuery(api.settings.model.queryOptions()).data
  const bots = useBots().data
  const update = useAction(api.settings.update.mutationOptions())
  const [chosen, setStep] = useState<Step | null>(null)
  const accepted = settings?.risk_accepted ?? false
  const step: Step = chosen ?? (settings?.welcomed && accepted ? 'link' : 'word')
  const index = STEPS.indexOf(step)
  const body = useRef<HTMLElement>(null)
  useEffect(() => {
    if (chosen) body.current?.focus()
  }, [chosen])
  const go = (to: Step | undefined) => to && setStep(to)
  const finish = () => {
    update.mutate({ welcomed: true })
    void navigate({ to: '/' })
  }
  if (!settings) return null
  const done: Record<Step, boolean> = {
    word: accepted,
    // It asks for nothing: who went past it, or came back after the first run, has seen it.
    data: settings.welcomed || linked || index > STEPS.indexOf('data'),
    link: linked,
    model: model?.configured ?? false,
    bot: bots?.some((bot) => bot.chats_on > 0) ?? false,
  }
  return (
    <Page title={t(!settings.welcomed ? 'welcome.title' : linked ? 'welcome.linkedTitle' : 'welcome.linkTitle')}>
      <nav aria-label={t('welcome.steps')}>
        <ol className={classes.steps}>
          {STEPS.map((name, position) => (
            <li key={name}>
              <button
                type="button"
                className={classes.step}
                aria-current={name === step ? 'step' : undefined}
                disabled={position > 0 && !accepted}
                onClick={() => setStep(name)}
              >
                {position + 1}. {t(`welcome.step.${name}`)}
                {done[name] && (
                  <IconCheck className={classes.done} size={16} role="img" aria-label={t('welcome.done')} />
                )}
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <section className={classes.body} ref={body} tabIndex={-1} aria-label={t(`welcome.step.${step}`)}>
        {step === 'word' && (
          <WordStep accepted={accepted} onAccept={(risk_accepted) => update.mutate({ risk_accepted })} />
        )}
        {step === 'data' && <DataStep />}
        {step === 'link' && <LinkStep />}
        {step === 'model' && <ModelStep />}
        {step === 'bot' && <FirstBotStep onDone={finish} />}
      </section>
      <Group justify="space-between" mt="lg">
        <Button variant="default" disabled={index === 0} onClick={() => go(STEPS[index - 1])}>
          {t('action.back')}
        </Button>
        {step === 'bot' ? (
          <Button variant="default" onClick={finish}>
            {t('welcome.finish')}
          </Button>
        ) : (
          <Button disabled={!accepted} onClick={() => go(STEPS[index + 1])}>
            {t('action.next')}
          </Button>
        )}
      </Group>
    </Page>
  )
}
