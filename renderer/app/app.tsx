import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { RouterProvider } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { type Program, ProgramProvider, useConnection } from '../client/program.tsx'
import { ConfirmProvider } from '../components/confirm.tsx'
import { createPages } from './router.tsx'
import { cssVariables, theme } from './theme.ts'

const SignIn = lazy(() => import('./sign-in.tsx'))
const schemes = localStorageColorSchemeManager({ key: 'whatslang-appearance' })

export function App({ program, nonce }: { program: Program; nonce: string }) {
  const [router] = useState(createPages)
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={schemes}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <ProgramProvider program={program}>
        <ConfirmProvider>
          <Notifications position="bottom-right" limit={4} transitionDuration={120} />
          <Guarded>
            <RouterProvider router={router} />
          </Guarded>
        </ConfirmProvider>
      </ProgramProvider>
    </MantineProvider>
  )
}

function Guarded({ children }: { children: ReactNode }) {
  if (useConnection() !== 'unauthenticated') return children
  return (
    <Suspense>
      <SignIn />
    </Suspense>
  )
}
