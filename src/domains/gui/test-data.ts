/** Sessions for the tests of this folder: as small as a test needs, with everything else filled in. */
import type { Edit } from '#core/edit.ts'
import type { MediaRef } from '#core/session.ts'
import type { AnnotationEdit, GuiAction, GuiContext, GuiSession, GuiTelemetry, Screen } from './session.ts'

export const pictureA = 'a'.repeat(64)
export const pictureB = 'b'.repeat(64)
const state = { at: '2026-03-02T09:00:00.000Z' }

export function mediaOf(sha256: string, width = 400, height = 300): MediaRef {
  return { role: 'screenshot', sha256, mediaType: 'image/png', bytes: 1000, width, height }
}

export function screen(sha256 = pictureA, more: Partial<Screen> = {}): Screen {
  return { sha256, width: 400, height: 300, ...more }
}

export function action(more: Partial<GuiAction> = {}): GuiAction {
  return { id: 'a1', type: 'CLICK', success: true, startedAt: state.at, screenshotBefore: pictureA, ...more }
}

export interface SessionParts {
  readonly id?: string
  readonly context?: Partial<GuiContext>
  readonly values?: GuiSession['settings']['values']
  readonly telemetry?: GuiTelemetry
  readonly contributor?: string
  readonly recordedAt?: string
}

export function guiSession(parts: SessionParts = {}): GuiSession {
  const telemetry = parts.telemetry ?? {}
  const pictures = new Map((telemetry.screens ?? []).map((item) => [item.sha256, item]))
  return {
    id: parts.id ?? '00000000-0000-7000-8000-000000000001',
    project: 'default',
    domain: 'gui',
    schemaVersion: 1,
    recordedAt: parts.recordedAt ?? state.at,
    host: { name: 'test', version: null },
    contributor: parts.contributor ?? null,
    consent: null,
    parent: null,
    context: { kind: 'run', ...parts.context },
    settings: { values: parts.values ?? {}, reason: null, propensity: null, policy: null },
    outcome: { status: 'succeeded', error: null, durationMs: 1000 },
    telemetry,
    media: [...pictures.values()].map((item) => mediaOf(item.sha256, item.width, item.height)),
  }
}

export function annotationEdit(after: AnnotationEdit, order = 1, session = guiSession().id): Edit {
  return {
    id: `00000000-0000-7000-9000-${String(order).padStart(12, '0')}`,
    session,
    project: 'default',
    at: `2026-03-03T09:00:${String(order).padStart(2, '0')}.000Z`,
    principal: 'p-1',
    kind: 'gui.annotation',
    before: null,
    after: after as unknown as Edit['after'],
    reason: null,
  }
}
