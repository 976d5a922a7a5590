import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { isFinished } from '#client/client.ts'
import type { OptionTable } from '#core/options.ts'
import type { Request } from '#http/contract.ts'
import { api } from '../data/client.ts'
import { useFormats } from '../data/queries.ts'
import { inWords, toQuery, type SessionFilter } from '../data/session-filter.ts'
import type { FormatInfo, SampleType } from '../data/types.ts'
import { useJob } from '../data/use-job.ts'
import { Dialog } from '../parts/dialog.tsx'
import { JobProgress } from '../parts/job-progress.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { ExportResult } from './export-result.tsx'
import { OptionFields, type OptionInput } from './option-fields.tsx'
import { sampleNames } from './sample-names.ts'

export type ExportFrom =
  | { readonly type: 'query'; readonly filter: SessionFilter }
  /** `name@1.0.0` */
  | { readonly type: 'version'; readonly name: string; readonly sampleType: SampleType }

const formId = 'export'
type ExportBody = Request<'POST /api/v1/exports'>['body']

interface ExportDialogProps {
  readonly project: string
  readonly from: ExportFrom
  readonly onClose: () => void
}

/** Which formats can take what is to be exported. */
function fitting(formats: readonly FormatInfo[], from: ExportFrom): readonly FormatInfo[] {
  return formats.filter(({ kind, domain, sampleTypes }) => {
    if (from.type === 'version') return kind === 'format' && sampleTypes.includes(from.sampleType)
    const wanted = from.filter.domain
    return kind === 'format' || wanted === undefined || domain === null || domain === wanted
  })
}

type Wish = Parameters<typeof startExport>[2]

function startExport(project: string, from: ExportFrom, wish: Omit<ExportBody, 'project' | 'dataset' | 'query'>) {
  const { sampleType, ...rest } = wish
  const what =
    from.type === 'version'
      ? { dataset: from.name }
      : { query: toQuery(from.filter), ...(sampleType && { sampleType }) }
  return api.call('POST /api/v1/exports', { body: { project, ...what, ...rest } })
}

/** First what to export and how, then its progress, then what came of it. */
export function ExportDialog({ project, from, onClose }: ExportDialogProps) {
  const { data, error } = useFormats()
  const start = useMutation({ mutationFn: (wish: Wish) => startExport(project, from, wish) })
  const { job, error: lost } = useJob(start.data ?? null)
  const formats = fitting(data?.items ?? [], from)
  const again = (
    <button type="button" className="button" onClick={() => (job && isFinished(job) ? start.reset() : onClose())}>
      {job && isFinished(job) ? 'Export again' : 'Close'}
    </button>
  )
  const submit = (
    <button type="submit" form={formId} className="button primary" disabled={formats.length === 0 || start.isPending}>
      Export
    </button>
  )
  return (
    <Dialog
      title={from.type === 'version' ? `Export ${from.name}` : 'Export'}
      onClose={onClose}
      foot={job ? again : submit}
    >
      <div className="stack">
        {[error, start.error, lost].map((problem) => problem !== null && <ProblemBox key="problem" error={problem} />)}
        {from.type === 'query' && <p className="muted">From {inWords(toQuery(from.filter))}</p>}
        {job && (isFinished(job) ? <ExportResult job={job} /> : <JobProgress job={job} />)}
        {!job && formats.length > 0 && <ExportForm formats={formats} from={from} onSubmit={start.mutate} />}
        {!job && formats.length === 0 && (data ? <p>No format can hold this.</p> : <Skeleton height={180} />)}
      </div>
    </Dialog>
  )
}

interface ExportFormProps {
  readonly formats: readonly FormatInfo[]
  readonly from: ExportFrom
  readonly onSubmit: (wish: Wish) => void
}

function ExportForm({ formats, from, onSubmit }: ExportFormProps) {
  const [name, setName] = useState<string | null>(null)
  const [sampleType, setSampleType] = useState<SampleType | null>(null)
  const [options, setOptions] = useState<OptionInput>({})
  const [strict, setStrict] = useState(false)
  const [purpose, setPurpose] = useState<'train' | 'share'>('train')
  const format = formats.find((known) => known.name === name) ?? formats[0]
  if (!format) return null
  const types = format.sampleTypes
  const type = sampleType !== null && types.includes(sampleType) ? sampleType : types[0]
  return (
    <form
      id={formId}
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit({ format: format.name, options: { ...options }, strict, purpose, ...(type && { sampleType: type }) })
      }}
    >
      <FormatField
        formats={formats}
        format={format}
        onChange={(next) => {
          setName(next)
          setOptions({})
        }}
      />
      {from.type === 'query' && types.length > 1 && type && (
        <label className="labelled">
          <span>Samples</span>
          <select
            className="field"
            value={type}
            onChange={(event) => setSampleType(types.find((known) => known === event.target.value) ?? null)}
          >
            {types.map((known) => (
              <option key={known} value={known}>
                {sampleNames[known]}
              </option>
            ))}
          </select>
        </label>
      )}
      <OptionFields table={format.options as unknown as OptionTable} values={options} onChange={setOptions} />
      <Promises strict={strict} setStrict={setStrict} purpose={purpose} setPurpose={setPurpose} />
    </form>
  )
}

interface FormatFieldProps {
  readonly formats: readonly FormatInfo[]
  readonly format: FormatInfo
  readonly onChange: (name: string) => void
}

function FormatField({ formats, format, onChange }: FormatFieldProps) {
  const group = (kind: FormatInfo['kind']) =>
    formats
      .filter((known) => known.kind === kind)
      .map(({ name }) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))
  const layouts = group('layout')
  return (
    <label className="labelled">
      <span>Format</span>
      <select className="field" value={format.name} onChange={(event) => onChange(event.target.value)}>
        <optgroup label="For training">{group('format')}</optgroup>
        {layouts.length > 0 && <optgroup label="As a source system keeps it">{layouts}</optgroup>}
      </select>
      <small>{format.about}</small>
    </label>
  )
}

interface PromisesProps {
  readonly strict: boolean
  readonly setStrict: (strict: boolean) => void
  readonly purpose: 'train' | 'share'
  readonly setPurpose: (purpose: 'train' | 'share') => void
}

function Promises({ strict, setStrict, purpose, setPurpose }: PromisesProps) {
  return (
    <div className="stack tight">
      <label className="row option-boolean">
        <input type="checkbox" checked={strict} onChange={(event) => setStrict(event.target.checked)} />
        <span>
          Strict <small className="faint">write nothing if the format cannot hold everything</small>
        </span>
      </label>
      <label className="row option-boolean">
        <input
          type="checkbox"
          checked={purpose === 'share'}
          onChange={(event) => setPurpose(event.target.checked ? 'share' : 'train')}
        />
        <span>
          For others <small className="faint">only sessions whose contributors agreed to sharing</small>
        </span>
      </label>
    </div>
  )
}
