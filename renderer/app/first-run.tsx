import { useQuery } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useApi } from '../client/program.tsx'

/** Who opens the program for the first time is welcomed: once, from the first page only, and free to leave. */
export function FirstRun() {
  const api = useApi()
  const navigate = useNavigate()
  const atStart = useLocation({ select: ({ pathname }) => pathname === '/' })
  const settings = useQuery(api.settings.get.queryOptions()).data?.settings
  const info = useQuery(api.host.info.queryOptions()).data
  const decided = useRef(false)
  useEffect(() => {
    if (!settings || !info || decided.current) return
    decided.current = true
    if (atStart && !settings.welcomed && !info.demo) void navigate({ to: '/welcome', replace: true })
  }, [settings, info, atStart, navigate])
  return null
}
