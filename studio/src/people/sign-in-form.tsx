import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { HindsightError } from '#client/hindsight-error.ts'
import { api } from '../data/client.ts'
import type { Me } from '../data/sign-in.ts'
import { ProblemBox } from '../parts/problem-box.tsx'

interface SignInFormProps {
  /** Who was signed in before; may be changed. */
  readonly name?: string
  readonly onDone: (me: Me) => void
}

export function SignInForm({ name: before = '', onDone }: SignInFormProps) {
  const [name, setName] = useState(before)
  const [password, setPassword] = useState('')
  const problem = useId()
  const signIn = useMutation({
    mutationFn: () => api.call('POST /api/v1/sign-in', { body: { name: name.trim(), password } }),
    onSuccess: onDone,
    onError: () => setPassword(''),
  })
  return (
    <form
      className="stack sign-in"
      aria-describedby={signIn.error ? problem : undefined}
      onSubmit={(event) => {
        event.preventDefault()
        signIn.mutate()
      }}
    >
      <label className="labelled">
        <span>Name</span>
        <input
          className="field"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={200}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label className="labelled">
        <span>Password</span>
        <input
          className="field"
          name="password"
          type="password"
          autoComplete="current-password"
          data-first={before === '' ? undefined : true}
          maxLength={1000}
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {signIn.error && (
        <div id={problem}>
          {signIn.error instanceof HindsightError && signIn.error.status === 401 ? (
            <p className="tone-failed" role="alert">
              Name or password is wrong.
            </p>
          ) : (
            <ProblemBox error={signIn.error} />
          )}
        </div>
      )}
      <div>
        <button type="submit" className="button primary" disabled={signIn.isPending}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </div>
    </form>
  )
}
