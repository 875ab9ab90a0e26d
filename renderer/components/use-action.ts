import { type MutationOptions, useMutation } from '@tanstack/react-query'
import { useTell } from './tell.tsx'

/** A mutation whose failure is told where nobody else tells it: what happened and what to do, as a toast. */
export function useAction<Output, Failure, Input, Context>(options: MutationOptions<Output, Failure, Input, Context>) {
  const tell = useTell()
  return useMutation<Output, Failure, Input, Context>({
    ...options,
    onError: (error, input, context, mutation) => {
      tell.failure(error)
      return options.onError?.(error, input, context, mutation)
    },
  })
}
