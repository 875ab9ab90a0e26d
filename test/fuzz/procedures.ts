import * as z from 'zod'
import { contract } from '../../preload/contract/index.ts'
import { Settings } from '../../preload/contract/settings.ts'

/** The part of JSON Schema that zod writes for an input. */
export interface Shape {
  type?: string
  properties?: Record<string, Shape>
  required?: string[]
  items?: Shape
  anyOf?: Shape[]
  oneOf?: Shape[]
  allOf?: Shape[]
  enum?: (string | number)[]
  const?: unknown
  pattern?: string
  format?: string
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  additionalProperties?: Shape | boolean
}

export interface Procedure {
  /** As in `chats.list`. */
  name: string
  /** On the WebSocket and the port. */
  path: string
  method: string
  /** Below /api, with `{names}`. */
  route: string
  /** Undefined: it takes no input. */
  shape: Shape | undefined
  /** Codes of the failures that it defines, with their status. */
  errors: Readonly<Record<string, number>>
}

/** Inputs that the contract leaves open, and that the program checks further in. */
const DEEPER: Readonly<Record<string, Shape>> = {
  'settings.update': z.toJSONSchema(Settings, { io: 'input', unrepresentable: 'any' }) as Shape,
}

interface Defined {
  '~orpc': {
    route: { method?: string; path?: string }
    inputSchema?: z.ZodType
    errorMap: Record<string, { status?: number }>
  }
}

/** Every procedure of the contract, so that a new one is attacked from its first day. */
export function proceduresOfContract(): Procedure[] {
  return Object.entries(contract).flatMap(([feature, procedures]) =>
    Object.entries(procedures as unknown as Record<string, Defined>).map(([own, { '~orpc': defined }]) => {
      const name = `${feature}.${own}`
      const shape =
        DEEPER[name] ??
        (defined.inputSchema && (z.toJSONSchema(defined.inputSchema, { io: 'input', unrepresentable: 'any' }) as Shape))
      return {
        name,
        path: `/${feature}/${own}`,
        method: defined.route.method ?? 'POST',
        route: defined.route.path ?? `/${feature}/${own}`,
        shape,
        errors: Object.fromEntries(Object.entries(defined.errorMap).map(([code, { status }]) => [code, status ?? 500])),
      }
    }),
  )
}
