/** Signing in, people, keys and the audit log, as those who use them meet them: a real engine, and a browser for each person. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { needs } from '#test/needs.ts'
import { startStudio, type Studio } from './test-studio.ts'

const chromium = needs('chromium')
const passwords = { mara: 'a long walk by the sea', vera: 'seven grey geese flying', rico: 'the kettle sings at noon' }

describe('people', { skip: chromium.skip }, () => {
  let studio: Studio
  let owner: Page
  before(async () => {
    studio = await startStudio()
  })
  after(() => studio.close())

  const dialog = (page: Page) => page.getByRole('dialog')
  const signIn = async (page: Page, name: string, password: string) => {
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  /** A browser of their own, signed in. */
  const asPerson = async (name: keyof typeof passwords, path: string) => {
    const { page } = await studio.open(path)
    await signIn(page, name, passwords[name])
    await page.getByRole('button', { name: new RegExp(`^${name}`) }).waitFor()
    return page
  }
  const addPerson = async (name: keyof typeof passwords, role: string, project = '') => {
    await owner.getByRole('button', { name: 'Add a person' }).click()
    await dialog(owner).getByLabel('Name').fill(name)
    await dialog(owner).getByLabel('Role').selectOption(role)
    await dialog(owner).getByLabel('Project').fill(project)
    await dialog(owner).getByLabel('New password').fill(passwords[name])
    await dialog(owner).getByLabel('The same again').fill(passwords[name])
    await dialog(owner).getByRole('button', { name: 'Add', exact: true }).click()
    await owner.locator('td').getByText(name, { exact: true }).waitFor()
  }
  const anySession = async (page: Page) => {
    await page.goto(`${studio.url}/sessions?project=sample`)
    await page.locator('.list-link').first().click()
    await page.getByRole('heading', { name: 'What people say' }).waitFor()
  }

  test('the first account is made at the machine; from then on a name and a password are asked for', async () => {
    const watched = await studio.open('/people?project=sample')
    owner = watched.page
    await owner.getByText('Nobody has an account yet.').waitFor()
    await owner.getByRole('button', { name: 'Add a person' }).click()
    await dialog(owner).getByLabel('Name').fill('mara')
    await dialog(owner).getByLabel('New password').fill('short')
    await dialog(owner).getByLabel('The same again').fill('short')
    assert.ok(await dialog(owner).getByRole('button', { name: 'Make it, and sign in' }).isDisabled())
    await dialog(owner).getByLabel('New password').fill(passwords.mara)
    await dialog(owner).getByLabel('The same again').fill(passwords.mara)
    await dialog(owner).getByRole('button', { name: 'Make it, and sign in' }).click()
    await owner.getByRole('heading', { name: 'Sign in' }).waitFor()
    assert.equal((await fetch(`${studio.url}/api/v1/projects`)).status, 401)

    await signIn(owner, 'mara', 'not this one at all')
    await owner.getByText('Name or password is wrong.').waitFor()
    await signIn(owner, 'nobody at all', passwords.mara)
    await owner.getByText('Name or password is wrong.').waitFor()
    await signIn(owner, 'mara', passwords.mara)
    await owner.locator('td').getByText('mara', { exact: true }).waitFor()
    await owner.getByText('(you)').waitFor()
    assert.equal(new URL(owner.url()).pathname, '/people', 'the page that was asked for')
    assert.doesNotMatch(await owner.evaluate(() => document.cookie), /./, 'no script reads the cookie')
    assert.deepEqual(
      watched.complaints.filter((text) => !/40[13]/.test(text)),
      [],
    )
  })

  test('a viewer of one project is offered what they may do, and told plainly what they may not', async () => {
    await addPerson('vera', 'viewer', 'sample')
    const page = await asPerson('vera', '/')
    await page.getByText('What came in').waitFor()
    const pages = await page.locator('.nav-link').allTextContents()
    assert.deepEqual(pages, ['Overview', 'Sessions', 'Datasets', 'Import and export', 'Jobs', 'Fields'])
    assert.deepEqual(await page.locator('nav select option').allTextContents(), ['sample'])
    await anySession(page)
    assert.equal(await page.getByRole('group', { name: 'Rating' }).count(), 0)
    await page.goto(`${studio.url}/sessions?project=sample`)
    await page.waitForSelector('.list-link')
    assert.equal(await page.getByRole('button', { name: /^(?:Export|New dataset|Save query)$/ }).count(), 0)
    for (const path of ['/people', '/care', '/learning', '/track', '/consent']) {
      await page.goto(studio.url + path)
      await page.getByText(/^This page is for /).waitFor()
      await page.getByText('You are vera: viewer, project sample.').waitFor()
    }
    await page.close()
  })

  test('a recorder is told that there is nothing to look at', async () => {
    await owner.goto(`${studio.url}/people`)
    await addPerson('rico', 'recorder')
    const page = await asPerson('rico', '/sessions')
    await page.getByText('This account records, and looks at nothing.').waitFor()
    assert.equal(await page.locator('.nav-link').count(), 0)
    await page.close()
  })

  test('who loses a right while they work reads why they are refused; nothing breaks', async () => {
    await changeRole('vera', 'reviewer')
    const page = await asPerson('vera', '/')
    await anySession(page)
    const good = page.getByRole('group', { name: 'Rating' }).getByRole('button', { name: 'Good' })
    await good.waitFor()
    await changeRole('vera', 'viewer')
    await good.click()
    await page.getByRole('alert').getByText(/role/).first().waitFor()
    assert.match((await page.getByRole('alert').textContent()) ?? '', /request\.role/)
    await changeRole('vera', 'reviewer')
    await page.close()
  })

  async function changeRole(name: string, role: string) {
    await owner.goto(`${studio.url}/people`)
    await owner.getByRole('button', { name: `Change the account ${name}` }).click()
    await dialog(owner).getByLabel('Role').selectOption(role)
    await dialog(owner).getByRole('button', { name: 'Save' }).click()
    await owner.getByRole('row', { name: new RegExp(`${name}.*${role}`) }).waitFor()
  }

  test('a sign-in that ends mid-work is renewed over the page: what was typed is sent, and only once', async () => {
    const page = await asPerson('vera', '/')
    await anySession(page)
    await page.getByLabel('Note').fill('written before the sign-in ended')
    const turn = async (button: string) => {
      await owner.goto(`${studio.url}/people`)
      await owner.getByRole('button', { name: 'Change the account vera' }).click()
      await dialog(owner).getByRole('button', { name: button }).click()
      await dialog(owner).waitFor({ state: 'hidden' })
    }
    await turn('Disable vera')
    await turn('Let in again')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const again = page.getByRole('dialog', { name: 'Sign in again' })
    await again.waitFor()
    assert.equal(await page.getByLabel('Note').inputValue(), 'written before the sign-in ended')
    assert.equal(await again.getByLabel('Name').inputValue(), 'vera')
    await again.getByLabel('Password', { exact: true }).fill('seven wrong geese flying')
    await again.getByRole('button', { name: 'Sign in' }).click()
    await again.getByText('Name or password is wrong.').waitFor()
    await again.getByLabel('Password', { exact: true }).fill(passwords.vera)
    await again.getByRole('button', { name: 'Sign in' }).click()
    await again.waitFor({ state: 'hidden' })
    await page.locator('.edits').getByText('written before the sign-in ended').waitFor()
    assert.equal(await page.locator('.edits').getByText('written before the sign-in ended').count(), 1)
    assert.match((await page.locator('.edits li').first().textContent()) ?? '', /vera/)
    await page.close()
  })

  test('a token is shown once, lets a program in as what was said, and nobody once it is revoked', async () => {
    await owner.goto(`${studio.url}/people?tab=keys`)
    await owner.getByRole('button', { name: 'Make a key' }).click()
    await dialog(owner).getByLabel('Name').fill('nightly report')
    await dialog(owner).getByRole('button', { name: 'Make it' }).click()
    const secret = (await dialog(owner).getByLabel('Secret', { exact: true }).textContent()) ?? ''
    assert.match(secret, /^hst_/)
    await dialog(owner).getByRole('button', { name: 'I have kept it' }).click()
    await owner.getByRole('row', { name: /nightly report.*API token.*viewer, all projects/ }).waitFor()
    assert.ok(!(await owner.content()).includes(secret), 'it is shown no more')
    const headers = { authorization: `Bearer ${secret}` }
    assert.equal((await fetch(`${studio.url}/api/v1/projects`, { headers })).status, 200)
    assert.equal((await fetch(`${studio.url}/api/v1/people`, { headers })).status, 403)
    await owner.getByRole('button', { name: 'Revoke nightly report' }).click()
    await dialog(owner).getByRole('button', { name: 'Revoke it' }).click()
    await owner.getByText(/^revoked/).waitFor()
    assert.equal((await fetch(`${studio.url}/api/v1/projects`, { headers })).status, 401)
  })

  test('an ingest key names its project and the origins of its pages', async () => {
    await owner.goto(`${studio.url}/people?tab=keys`)
    await owner.getByRole('button', { name: 'Make a key' }).click()
    await dialog(owner).getByRole('button', { name: 'Ingest key' }).click()
    await dialog(owner).getByLabel('Name').fill('shop page')
    assert.ok(await dialog(owner).getByRole('button', { name: 'Make it' }).isDisabled(), 'a project is needed')
    await dialog(owner).getByLabel('Project').fill('shop')
    await dialog(owner)
      .getByLabel(/^Origins/)
      .fill('https://shop.example https://www.shop.example')
    await dialog(owner).getByRole('button', { name: 'Make it' }).click()
    assert.match((await dialog(owner).getByLabel('Secret', { exact: true }).textContent()) ?? '', /^hsi_/)
    await dialog(owner).getByRole('button', { name: 'I have kept it' }).click()
    const row = owner.getByRole('row', { name: /shop page/ })
    assert.match(
      (await row.textContent()) ?? '',
      /write into project shop.*https:\/\/shop\.example, https:\/\/www\.shop/,
    )
  })

  test('the audit log says who did what and who was refused, and is narrowed', async () => {
    await owner.goto(`${studio.url}/people?tab=audit`)
    await owner.getByText('POST /api/v1/keys').first().waitFor()
    assert.doesNotMatch((await owner.locator('table').textContent()) ?? '', /hst_|geese|walk by the sea/)
    await owner.getByLabel('Who', { exact: true }).fill('vera')
    await owner.waitForFunction(() =>
      [...document.querySelectorAll('.audit tbody tr')].every((row) => /vera/.test(row.textContent ?? '')),
    )
    await owner.getByLabel('Outcome').selectOption('true')
    await owner
      .getByText(/^refused: /)
      .first()
      .waitFor()
    await owner.waitForFunction(() =>
      [...document.querySelectorAll('.audit tbody tr')].every((row) => /refused/.test(row.textContent ?? '')),
    )
  })

  test('the last owner stays', async () => {
    await owner.goto(`${studio.url}/people`)
    await owner.getByRole('button', { name: 'Change the account mara' }).click()
    await dialog(owner).getByRole('button', { name: 'Disable mara' }).click()
    await dialog(owner).getByRole('alert').waitFor()
    assert.match((await dialog(owner).getByRole('alert').textContent()) ?? '', /owner/)
    await owner.keyboard.press('Escape')
  })

  test('everybody changes their own password, and signs out everywhere', async () => {
    const other = await asPerson('vera', '/')
    const page = await asPerson('vera', '/account')
    await page.getByText('signed in by name and password').waitFor()
    await page.getByLabel('Password now').fill(passwords.vera)
    await page.getByLabel('New password').fill('eight white swans asleep')
    await page.getByLabel('The same again').fill('eight white swans asleep')
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByText('The password is changed.').waitFor()
    await other.goto(`${studio.url}/sessions`)
    await other.getByRole('heading', { name: 'Sign in' }).waitFor()
    await signIn(other, 'vera', passwords.vera)
    await other.getByText('Name or password is wrong.').waitFor()
    await signIn(other, 'vera', 'eight white swans asleep')
    await other.getByRole('heading', { name: 'Sessions' }).waitFor()
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await other.goto(`${studio.url}/sessions`)
    await other.getByRole('heading', { name: 'Sign in' }).waitFor()
    await Promise.all([page.close(), other.close()])
  })
})
