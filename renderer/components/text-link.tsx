import { Text } from '@mantine/core'
import type { MouseEvent } from 'react'
import { useOpenLink } from './use-open-link.tsx'

/** An address in what somebody wrote. Every way of opening it goes through the one function that asks. */
export function TextLink({ href, text }: { href: string; text: string }) {
  const open = useOpenLink()
  const ask = (event: MouseEvent) => {
    event.preventDefault()
    void open(href)
  }
  return (
    <Text
      component="a"
      inherit
      td="underline"
      c="var(--w-accent)"
      href={href}
      title={href}
      rel="noreferrer noopener"
      onClick={ask}
      onAuxClick={ask}
    >
      {text}
    </Text>
  )
}
