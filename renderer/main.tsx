import './app/mantine-styles.ts'
import '@mantine/notifications/styles.css'
import './app/global.css'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { signIn, takeToken } from './client/authentication.ts'
import { createProgram } from './client/program.tsx'
import { resolveLanguage, startLanguage } from './i18n/index.ts'

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
setNonce(nonce)

const token = takeToken()
const program = createProgram()
const element = document.getElementById('root')
if (!element) throw new Error('index.html has no element with the id "root".')

await startLanguage(resolveLanguage('system', navigator.languages))
createRoot(element).render(
  <StrictMode>
    <App program={program} nonce={nonce} />
  </StrictMode>,
)
if (!window.whatslang) await enter()

/** In a browser: first the token of the address, if there is one, then the question whether the host knows us. */
async function enter(): Promise<void> {
  const known = token ? await signIn(token).catch(() => false) : false
  const state = known ? 'online' : await program.connection.probe()
  if (state === 'unauthenticated') program.connection.set(state)
  else program.connection.start()
}
