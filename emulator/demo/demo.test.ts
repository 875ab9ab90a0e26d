import { afterEach, expect, test } from 'vitest'
import { createModelEndpoint, type ModelEndpoint } from './model-endpoint.ts'
import { DEMO_NOTE, demoAnswer, PHRASES } from './phrases.ts'

let endpoint: ModelEndpoint | undefined
afterEach(async () => {
  await endpoint?.close()
  endpoint = undefined
})

const complete = (url: string, body: string) =>
  fetch(`${url}/chat/completions`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })

test('every answer of the phrase book says that it is a demo, known sentence or not', () => {
  const texts = [...PHRASES.map(({ text }) => text), 'Something else']
  for (const system of ['You translate', 'You are the joker, one joke', 'You are a friendly coach']) {
    for (const text of texts) expect(demoAnswer(system, text)).toContain(DEMO_NOTE)
  }
  for (const { text, translation } of PHRASES) {
    expect(demoAnswer('You translate', text)).toBe(`${translation} ${DEMO_NOTE}`)
    expect(demoAnswer('You translate', translation)).toBe(`${text} ${DEMO_NOTE}`)
  }
})

test('the endpoint answers the newest message of the user, after its delay', async () => {
  endpoint = await createModelEndpoint({ name: 'demo', delayMs: 100, answer: (system, text) => `${system}: ${text}` })
  const started = performance.now()
  const messages = [
    { role: 'system', content: 'prompt' },
    { role: 'user', content: 'old' },
    { role: 'assistant', content: 'said' },
    { role: 'user', content: 'new' },
  ]
  const response = await complete(endpoint.url, JSON.stringify({ model: 'demo', messages }))
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'prompt: new' } }] })
  expect(performance.now() - started).toBeGreaterThan(95)
  expect(endpoint.calls).toBe(1)
  expect(await (await fetch(`${endpoint.url}/models`)).json()).toMatchObject({ data: [{ id: 'demo' }] })
})

test('what is no request for a completion is refused', async () => {
  endpoint = await createModelEndpoint({ name: 'demo', answer: () => '' })
  expect((await complete(endpoint.url, '{"messages":')).status).toBe(400)
  expect((await complete(endpoint.url, '{"messages":[{"role":1}]}')).status).toBe(400)
  expect((await fetch(`${endpoint.url}/embeddings`)).status).toBe(404)
})
