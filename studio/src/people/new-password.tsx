import { shortestPassword } from '#core/people-store.ts'

interface NewPasswordProps {
  readonly value: string
  readonly again: string
  readonly onChange: (value: string) => void
  readonly onAgain: (value: string) => void
}

/** A new password, twice, since nobody sees what they type. */
export function NewPassword({ value, again, onChange, onAgain }: NewPasswordProps) {
  const isShort = value !== '' && value.length < shortestPassword
  const isOther = again !== '' && again !== value
  return (
    <>
      <label className="labelled">
        <span>New password</span>
        <input
          className="field"
          type="password"
          autoComplete="new-password"
          maxLength={1000}
          aria-invalid={isShort}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
        <small className={isShort ? 'tone-failed' : undefined}>
          {shortestPassword} characters or more; a few words in a row are easy to keep in mind
        </small>
      </label>
      <label className="labelled">
        <span>The same again</span>
        <input
          className="field"
          type="password"
          autoComplete="new-password"
          maxLength={1000}
          aria-invalid={isOther}
          value={again}
          onChange={(event) => onAgain(event.target.value)}
        />
        {isOther && <small className="tone-failed">these two differ</small>}
      </label>
    </>
  )
}
