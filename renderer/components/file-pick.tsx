import { Button, FileButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useApi } from '../client/program.tsx'
import { useRestoreFile } from './use-restore-file.ts'

/** Chooses a file to restore: through the program's own dialog where it has one, else through the browser's. */
export function FilePick({ label }: { label: string }) {
  const capabilities = useQuery(useApi().host.info.queryOptions()).data?.capabilities
  const file = useRestoreFile()
  // Until the program says what it can, neither way would be the right one.
  if (!capabilities || capabilities.includes('pick-file'))
    return (
      <Button variant="default" disabled={!capabilities} loading={file.busy} onClick={file.pick}>
        {label}
      </Button>
    )
  return (
    <FileButton onChange={(chosen) => chosen && file.offer(chosen)} inputProps={{ 'aria-label': label }}>
      {(props) => (
        <Button variant="default" loading={file.busy} {...props}>
          {label}
        </Button>
      )}
    </FileButton>
  )
}
