import type { Program } from '../rpc/program.ts'

interface Metric {
  name: string
  help: string
  type: 'gauge' | 'counter'
  values: { labels?: Record<string, string>; value: number | null }[]
}

/** What a monitor wants to know, in Prometheus' text format. Counts only: no names, numbers or texts. */
export async function metricsOf(program: Program): Promise<string> {
  const session = program.session()
  const model = await program.model.status()
  const { today, totals } = program.data().activity.stats(1)
  const backup = await program.backups.status()
  const metrics: Metric[] = [
    gauge('whatslang_up', 'The program runs.', 1),
    gauge('whatslang_connected', 'Messages flow between WhatsApp and the program.', session.state === 'open' ? 1 : 0),
    {
      name: 'whatslang_session_state',
      help: 'The session’s state, as a label.',
      type: 'gauge',
      values: [{ labels: { state: session.state }, value: 1 }],
    },
    gauge('whatslang_paused', 'Bots answer nothing for now.', session.paused ? 1 : 0),
    {
      name: 'whatslang_today',
      help: 'Messages received today and what became of them.',
      type: 'gauge',
      values: (['received', 'answered', 'skipped', 'failed'] as const).map((what) => ({
        labels: { what },
        value: today[what],
      })),
    },
    gauge('whatslang_chats', 'Chats known.', totals.chats),
    gauge('whatslang_messages', 'Messages stored.', totals.messages),
    gauge('whatslang_bots_on', 'Assignments that are switched on.', totals.bots_on),
    {
      name: 'whatslang_model_calls_total',
      help: 'Calls to the model.',
      type: 'counter',
      values: [{ value: model.calls }],
    },
    {
      name: 'whatslang_model_errors_total',
      help: 'Calls to the model that failed.',
      type: 'counter',
      values: [{ value: model.errors }],
    },
    gauge('whatslang_model_latency_seconds', 'The last answer of the model.', seconds(model.latency_ms)),
    gauge(
      'whatslang_backup_verified_seconds',
      'Unix time of the last verified backup.',
      seconds(backup.last_verified_at),
    ),
    gauge('whatslang_backup_overdue', 'A verified backup is missing.', backup.overdue ? 1 : 0),
    gauge('process_resident_memory_bytes', 'Memory of the main process.', process.memoryUsage.rss()),
    gauge('process_uptime_seconds', 'Since its start.', Math.round(process.uptime())),
  ]
  return metrics.map(textOf).join('')
}

const gauge = (name: string, help: string, value: number | null): Metric => ({
  name,
  help,
  type: 'gauge',
  values: [{ value }],
})
const seconds = (milliseconds: number | null) => (milliseconds === null ? null : milliseconds / 1000)

function textOf({ name, help, type, values }: Metric): string {
  const lines = values
    .filter(({ value }) => value !== null)
    .map(({ labels, value }) => {
      const pairs = Object.entries(labels ?? {}).map(([key, text]) => `${key}="${text.replaceAll(/["\\\n]/g, '_')}"`)
      return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`
    })
  return lines.length === 0 ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
