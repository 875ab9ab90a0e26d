import * as z from 'zod'

/** Where programs that run models on one's own machine listen: Ollama, LM Studio. */
const LOCAL = ['http://127.0.0.1:11434/v1', 'http://127.0.0.1:1234/v1']
const Models = z.object({ data: z.array(z.object({ id: z.string() })) })

/** The model of `OPENAI_*` in the environment, or the first one that runs on this machine. Undefined: there is none. */
export async function findModel(env: NodeJS.ProcessEnv): Promise<Record<string, string> | undefined> {
  if (env.OPENAI_API_KEY || env.OPENAI_BASE_URL) return {}
  for (const url of LOCAL) {
    const name = await firstModel(url)
    if (name !== undefined) return { OPENAI_BASE_URL: url, OPENAI_MODEL: name }
  }
  return undefined
}

async function firstModel(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/models`, { signal: AbortSignal.timeout(2_000) })
    const models = Models.safeParse(await response.json())
    return models.success ? models.data.data[0]?.id : undefined
  } catch {
    // Nobody listens there.
    return undefined
  }
}
