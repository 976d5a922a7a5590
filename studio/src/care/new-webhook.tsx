import { useState } from 'react'
import { CopyButton } from '../parts/copy-button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { ProjectField } from '../people/role-fields.tsx'
import { type NewWebhook as NewWebhookBody, useAddWebhook } from './care-api.ts'
import { eventWords } from './webhook-dialog.tsx'

type Event = NonNullable<NewWebhookBody['events']>[number]
const events: readonly Event[] = ['sessions.recorded', 'version.created', 'job.finished']

export function NewWebhook({ onClose }: { onClose: () => void }) {
  const [url, setUrl] = useState('')
  const [project, setProject] = useState('')
  const [chosen, setChosen] = useState<readonly Event[]>(events)
  const [internal, setInternal] = useState(false)
  const add = useAddWebhook()
  const formId = 'webhook'
  if (add.data) return <Made secret={add.data.secret} onClose={onClose} />
  const send = () =>
    add.mutate({
      url: url.trim(),
      internal,
      project: project.trim() === '' ? null : project.trim(),
      events: [...chosen],
    })
  return (
    <Dialog
      title="Tell an address"
      onClose={onClose}
      foot={
        <button
          type="submit"
          form={formId}
          className="button primary"
          disabled={url.trim() === '' || chosen.length === 0 || add.isPending}
        >
          Add it
        </button>
      }
    >
      <form
        id={formId}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <label className="labelled">
          <span>Address</span>
          <input
            className="field"
            type="url"
            placeholder="https://example.org/hook"
            spellCheck={false}
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
        </label>
        <ProjectField value={project} onChange={setProject} />
        <fieldset className="labelled">
          <legend>Of what</legend>
          {events.map((name) => (
            <label key={name} className="row">
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                onChange={(event) =>
                  setChosen(event.target.checked ? [...chosen, name] : chosen.filter((each) => each !== name))
                }
              />
              {eventWords[name]}
            </label>
          ))}
        </fieldset>
        <label className="row">
          <input type="checkbox" checked={internal} onChange={(event) => setInternal(event.target.checked)} />
          The address is one of this machine or network, and may be
        </label>
        {add.error && <ProblemBox error={add.error} />}
      </form>
    </Dialog>
  )
}

function Made({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog
      title="The webhook is made"
      onClose={onClose}
      foot={
        <button type="button" className="button primary" onClick={onClose}>
          I have kept it
        </button>
      }
    >
      <div className="stack">
        <p>
          What is sent is signed with this secret, by which the receiver knows it is from here. It is shown now and
          never again.
        </p>
        <div className="row secret">
          <code className="grow wrap-anywhere" aria-label="Secret">
            {secret}
          </code>
          <CopyButton text={secret} label="Copy: Secret" />
        </div>
      </div>
    </Dialog>
  )
}
