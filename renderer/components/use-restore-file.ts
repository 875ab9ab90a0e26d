import { useNavigate } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { useProgram } from '../client/program.tsx'
import { uploadFile } from '../client/upload.ts'
import { useTell } from './tell.tsx'

/** From a file in hand to its preview. In the desktop program the page never learns the path, only a handle. */
export function useRestoreFile() {
  const { client } = useProgram()
  const navigate = useNavigate()
  const tell = useTell()
  const [busy, setBusy] = useState(false)

  const open = useCallback(
    async (find: () => Promise<{ upload: string; name: string } | null>) => {
      setBusy(true)
      try {
        const found = await find()
        if (found) await navigate({ to: '/restore', search: { upload: found.upload, name: found.name } })
      } catch (error) {
        tell.failure(error)
      } finally {
        setBusy(false)
      }
    },
    [navigate, tell],
  )
  const offer = useCallback((file: File) => void open(() => uploadFile(file)), [open])
  const pick = useCallback(() => void open(() => client.restore.pick()), [open, client])
  const fromBackup = useCallback(
    (id: string) => void open(async () => ({ ...(await client.restore.fromBackup({ id })), name: id })),
    [open, client],
  )
  return { busy, offer, pick, fromBackup }
}
