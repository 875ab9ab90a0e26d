import { NumberInput, Switch } from '@mantine/core'
import { useEffect, useState } from 'react'
import { fixedField } from '../../components/fixed-field.tsx'
import { useSource } from '../../components/use-source.ts'
import { useFormat } from '../../i18n/format.ts'

interface NumberProps {
  label: string
  description?: string
  path: string
  min: number
  max: number
  value: number
  onSet: (value: number) => void
}
interface LimitProps extends Omit<NumberProps, 'value' | 'onSet'> {
  /** Null: the field is empty, and there is no limit. */
  value: number | null
  onSet: (value: number | null) => void
}

/** A number that is stored when its field is left or Enter is pressed. */
export function NumberSetting({ value, onSet, ...rest }: NumberProps) {
  return <Field {...rest} value={value} onSet={(number) => onSet(number ?? value)} />
}

/** The same for a limit, of which an empty field means that there is none. */
export function LimitSetting(props: LimitProps) {
  return <Field {...props} optional />
}

function Field({ label, description, path, min, max, value, onSet, optional }: LimitProps & { optional?: boolean }) {
  const { fixed, note } = useSource()(path)
  const { separators } = useFormat()
  const [typed, setTyped] = useState<number | string>(value ?? '')
  useEffect(() => setTyped(value ?? ''), [value])
  const commit = () => {
    const number = Math.min(max, Math.max(min, Math.round(Number(typed))))
    if (typed === '' && optional) return value === null ? undefined : onSet(null)
    if (typed === '' || Number.isNaN(number)) return setTyped(value ?? '')
    setTyped(number)
    if (number !== value) onSet(number)
  }
  return (
    <NumberInput
      label={label}
      description={note ?? description}
      min={min}
      max={max}
      {...separators}
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
