/** Bringing data in and taking it out by the page alone. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { needs } from '#test/needs.ts'
import { startStudio, type Studio } from './test-studio.ts'

const chromium = needs('chromium')

describe('import and export', { skip: chromium.skip }, () => {
  let studio: Studio
  before(async () => {
    studio = await startStudio()
  })
  after(() => studio.close())

  test('a file dropped anywhere is taken in, and the result leads to its sessions', async () => {
    const { page, complaints } = await studio.open('/jobs?project=dropped')
    await page.waitForSelector('main h1')
    const legacy = {
      format_version: 3,
      export_type: 'autosolve_training_data',
      global_stats: {},
      footage_classes: {},
      region_models: {},
      failure_patterns: {},
      sessions: [
        {
          timestamp: '2025-12-08T10:00:00',
          clip_name: 'a1b2c3d4',
          iteration: 1,
          duration_seconds: 12,
          resolution: [1920, 1080],
          fps: 24,
          frame_count: 100,
          settings: { pattern_size: 15, search_size: 71, correlation: 0.7, threshold: 0.3, motion_model: 'LocRot' },
          success: true,
          solve_error: 0.5,
          total_tracks: 30,
          successful_tracks: 25,
          bundle_count: 25,
        },
      ],
    }
    await page.evaluate((text) => {
      const data = new DataTransfer()
      data.items.add(new File([text], 'autosolve.json', { type: 'application/json' }))
      for (const type of ['dragenter', 'dragover', 'drop']) {
        window.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
      }
    }, JSON.stringify(legacy))
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByText(/Read as/).waitFor()
    assert.match((await dialog.textContent()) ?? '', /autosolve/)
    await dialog.getByRole('link', { name: 'Show the sessions' }).click()
    await page.waitForURL(/import=/)
    await page.getByText('1 session', { exact: true }).waitFor()
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('a file of no known layout is refused with what to do about it', async () => {
    const { page } = await studio.open('/transfer?project=dropped')
    const file = { name: 'notes.json', mimeType: 'application/json', buffer: Buffer.from('{"hello": 1}') }
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click()
    const problem = page.getByRole('dialog').getByRole('alert')
    await problem.waitFor()
    assert.match((await problem.textContent()) ?? '', /layout\.unknown/)
    await page.close()
  })

  test('a dataset is made from the filter, committed and exported, with a loss report and a download', async () => {
    const { page, complaints } = await studio.open('/sessions?project=sample&domain=gui')
    await page.getByText('2 sessions', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'New dataset' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('screens')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.waitForURL(/\/datasets\/screens/)

    await page.getByRole('button', { name: 'Commit version' }).click()
    await page.getByRole('spinbutton', { name: 'train' }).fill('70')
    await page.getByText('These sum to 90; they must sum to 100.').waitFor()
    await page.getByRole('spinbutton', { name: 'val' }).fill('20')
    await page.getByRole('button', { name: 'Commit', exact: true }).click()
    await page.getByText('The version is frozen.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    const { versions } = await studio.client.call('GET /api/v1/datasets/{name}', {
      params: { name: 'screens' },
      query: { project: 'sample' },
    })
    assert.equal(versions.length, 1)
    assert.ok((versions[0]?.items ?? 0) > 0)
    await page.getByText(`train ${versions[0]?.counts.train}`).waitFor()

    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await page.getByRole('combobox', { name: /^Format/ }).selectOption('coco')
    await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click()
    await page.getByRole('link', { name: /Download/ }).waitFor()
    await page.getByText('What the format could not hold').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /Download/ }).click(),
    ])
    assert.match(download.suggestedFilename(), /\.zip$/)
    assert.equal(await download.failure(), null)
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('link', { name: 'Jobs' }).click()
    await page.waitForSelector('table')
    assert.equal(await page.locator('tbody tr').count(), 2)
    assert.deepEqual(complaints, [])
    await page.close()
  })
})
