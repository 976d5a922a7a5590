/** What the pipeline thought of its own attempt: before the solve, after it, and in the second look at it. */
import type { Diagnosis } from '../diagnose/diagnosis.ts'
import type { Forecast } from '../diagnose/forecast.ts'
import type { Attempt, Refinement } from '../pipeline/attempt.ts'
import type { CameraTelemetry } from '../session.ts'
import type { DiagnosisRecord, ForecastRecord, RefinementRecord } from '../telemetry.ts'
import { rounded, share } from './rounded.ts'

type Judgement = Pick<CameraTelemetry, 'forecast' | 'preSolve' | 'diagnoses' | 'refinements' | 'retryWhy' | 'resumed'>

export const judgementFields = ({ forecast, diagnoses, refinements, why, resumed }: Attempt): Judgement => ({
  forecast: forecast && forecastRecord(forecast),
  preSolve: forecast && preSolve(forecast),
  diagnoses: diagnoses.map(diagnosisRecord),
  refinements: refinements.map(refinementRecord),
  retryWhy: why,
  resumed,
})

const forecastRecord = ({ probability, warnings, features }: Forecast): ForecastRecord => ({
  probability: share(probability),
  warnings,
  features: Object.fromEntries(Object.entries(features).map(([name, value]) => [name, rounded(value)])),
})

/** The same under the guide's names. */
const preSolve = ({ probability, warnings, features }: Forecast): CameraTelemetry['preSolve'] => ({
  confidence: share(probability),
  parallax: share(features['depth'] ?? null),
  distribution: share(features['coverage'] ?? null),
  warnings,
})

const diagnosisRecord = ({ pattern, confidence, sentence, evidence, fix }: Diagnosis): DiagnosisRecord => ({
  pattern,
  confidence: share(confidence),
  sentence,
  evidence: evidence.map(({ name, value, limit, unit }) => ({ name, value: rounded(value), limit, unit })),
  fix: { ...fix },
})

const refinementRecord = ({ fromFrame, toFrame, removed, before, after, kept }: Refinement): RefinementRecord => ({
  fromFrame,
  toFrame,
  removed: removed.length,
  errorBeforePx: rounded(before.errorPx),
  errorAfterPx: rounded(after?.errorPx ?? null),
  heldOutBeforePx: rounded(before.heldOutErrorPx),
  heldOutAfterPx: rounded(after?.heldOutErrorPx ?? null),
  kept,
})
