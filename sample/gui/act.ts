/** Does one step of a workflow in the browser, and says what it looked for, found and clicked. */
import type { Page } from 'playwright-core'
import type { GuiAction, MatchAttempt } from '#domains/gui/session.ts'
import { findTemplate } from './match.ts'
import { now, type Shot, shoot } from './screenshots.ts'
import type { Template } from './templates.ts'
import type { Step, Workflow } from './workflows.ts'

/** From this correlation on, a place counts as found. */
export const similarity = 0.9

async function look(page: Page, first: Shot, template: Template, retries: number) {
  const attempts: MatchAttempt[] = []
  let shot = first
  for (let attempt = 0; attempt <= retries; attempt++) {
    if (attempt > 0) {
      await page.waitForTimeout(150)
      shot = await shoot(page)
    }
    const began = performance.now()
    const { x, y, confidence } = findTemplate(shot.grey, template.grey)
    const { width, height } = template.grey
    const found = confidence >= similarity
    attempts.push({
      imageId: template.ref.sha256.slice(0, 12),
      name: template.name,
      found,
      confidence: Math.round(Math.min(confidence, 1) * 1e4) / 1e4,
      threshold: similarity,
      location: { x, y },
      templateSize: { width, height },
      method: 'ccoeff_normed',
      coordinateSpace: 'image',
      screenshot: shot.screen.sha256,
      at: now(),
      durationMs: Math.round(performance.now() - began),
    })
    if (found) return { attempts, middle: { x: x + Math.floor(width / 2), y: y + Math.floor(height / 2) }, shot }
  }
  return { attempts, middle: null, shot }
}

export async function act(
  page: Page,
  step: Step,
  workflow: Workflow,
  templates: ReadonlyMap<string, Template>,
  shots: Shot[],
) {
  const before = await shoot(page)
  const startedAt = now()
  const began = performance.now()
  const template = 'template' in step ? templates.get(step.template) : undefined
  if ('template' in step && !template) throw new Error(`no template was cut for ${step.template}`)
  const looked = template ? await look(page, before, template, workflow.retries) : null
  const success = looked === null || looked.middle !== null
  if (step.type === 'TYPE') await page.keyboard.type(step.text)
  const clickAt = step.type === 'CLICK' ? looked?.middle : null
  const clickedAt = clickAt ? now() : null
  if (clickAt) await page.mouse.click(clickAt.x, clickAt.y)
  const after = await shoot(page)
  shots.push(before, after)
  const action: GuiAction = {
    id: step.id,
    type: step.type,
    name: step.id.replaceAll('-', ' '),
    config: template ? { target: { type: 'image', imageIds: [template.ref.sha256.slice(0, 12)] } } : null,
    startedAt,
    endedAt: now(),
    durationMs: Math.round(performance.now() - began),
    success,
    error: success ? null : { code: 'not-found', message: `${template?.name} is nowhere on the screen` },
    retries: looked ? looked.attempts.length - 1 : 0,
    statesBefore: before.screen.activeStates ?? null,
    statesAfter: after.screen.activeStates ?? null,
    target: template ? { kind: 'image', label: template.name, ids: [template.ref.sha256.slice(0, 12)] } : null,
    matches: looked?.attempts ?? null,
    clicks: clickAt
      ? [
          {
            location: clickAt,
            button: 'left',
            targetType: 'image',
            count: 1,
            by: 'robot',
            coordinateSpace: 'image',
            at: clickedAt,
          },
        ]
      : null,
    typed: step.type === 'TYPE' ? { lengthChars: step.text.length, class: step.class } : null,
    workflowId: workflow.id,
    workflowName: workflow.name,
    nestingLevel: 0,
    screenshotBefore: before.screen.sha256,
    screenshotAfter: after.screen.sha256,
  }
  return action
}
