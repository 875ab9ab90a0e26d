import { NumberInput, Switch } from '@mantine/core'
import { useEffect, useState } from 'react'
import { fixedField } from '../../components/fixed-field.tsx'
import { useSource } from '../../components/use-source.ts'

interface NumberProps {
  label: string
  description?: string
  path: string
  min: number
  max: number
  value: number
  onSet: (value: number) => void
}

/** A number that is stored when its field is left or Enter is pressed. */
export function NumberSetting({ label, description, path, min, max, value, onSet }: NumberProps) {
  const { fixed, note } = useSource()(path)
  const [typed, setTyped] = useState<number | string>(value)
  useEffect(() => setTyped(value), [value])
  const commit = () => {
    const number = Math.min(max, Math.max(min, Math.round(Number(typed))))
    if (typed === '' || Number.isNaN(number)) return setTyped(value)
    setTyped(number)
    if (number !== value) onSet(number)
  }
  return (
    <NumberInput
      label={label}
      description={note ?? description}
      min={min}
      max={max}
      value={typed}
      onChange={setTyped}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
      }}
      {...fixedField(fixed)}
    />
  )
}

interface SwitchProps {
  label: string
  path: string
  value: boolean
  onSet: (value: boolean) => void
}

export function SwitchSetting({ label, path, value, onSet }: SwitchProps) {
  const { fixed, note } = useSource()(path)
  return (
    <Switch
      label={label}
      description={note}
      checked={value}
      disabled={fixed}
      onChange={(event) => onSet(event.currentTarget.checked)}
    />
  )
}
