import { Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRestoreFile } from '../components/use-restore-file.ts'
import classes from './shell.module.css'

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

/** A backup dropped anywhere on the window opens its preview. */
export function DropTarget() {
  const { t } = useTranslation()
  const [over, setOver] = useState(false)
  const { offer } = useRestoreFile()
  useEffect(() => {
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      setOver(false)
      const file = event.dataTransfer?.files[0]
      if (file) offer(file)
    }
    const stop = new AbortController()
    const options = { signal: stop.signal }
    window.addEventListener('dragover', enter, options)
    window.addEventListener('dragleave', leave, options)
    window.addEventListener('drop', drop, options)
    return () => stop.abort()
  }, [offer])
  if (!over) return null
  return (
    <div className={classes.drop}>
      <Text fw={600} size="lg">
        {t('drop.title')}
      </Text>
      <Text c="dimmed">{t('drop.text')}</Text>
    </div>
  )
}
