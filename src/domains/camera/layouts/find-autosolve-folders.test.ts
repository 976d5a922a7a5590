import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findAutosolveFolders } from './find-autosolve-folders.ts'

/** A file system of nothing but these folders. */
const disk = (separator: string, ...folders: readonly string[]) => ({
  list: async (folder: string) => {
    const below = folders.filter((path) => path.startsWith(folder + separator))
    return [...new Set(below.map((path) => path.slice(folder.length + 1).split(separator)[0] ?? ''))]
  },
})

test('Linux: every version, newest first, in either spelling', async () => {
  const base = '/home/ann/.config/blender'
  const found = await findAutosolveFolders({
    env: { HOME: '/home/ann' },
    platform: 'linux',
    ...disk(
      '/',
      `${base}/4.2/datafiles/autosolve/sessions`,
      `${base}/4.10/datafiles/AutoSolve/model.json`,
      `${base}/3.6/datafiles/fonts`,
      `${base}/backup/datafiles/autosolve`,
    ),
  })
  assert.deepEqual(found, [`${base}/4.10/datafiles/AutoSolve`, `${base}/4.2/datafiles/autosolve`])
})

test('Linux: XDG_CONFIG_HOME moves the folder', async () => {
  const found = await findAutosolveFolders({
    env: { HOME: '/home/ann', XDG_CONFIG_HOME: '/cfg' },
    platform: 'linux',
    ...disk(
      '/',
      '/cfg/blender/4.2/datafiles/autosolve/model.json',
      '/home/ann/.config/blender/4.2/datafiles/autosolve/x',
    ),
  })
  assert.deepEqual(found, ['/cfg/blender/4.2/datafiles/autosolve'])
})

test('macOS and Windows have their own places', async () => {
  const mac = '/Users/ann/Library/Application Support/Blender/4.2/datafiles/AutoSolve'
  assert.deepEqual(
    await findAutosolveFolders({ env: { HOME: '/Users/ann' }, platform: 'darwin', ...disk('/', `${mac}/sessions`) }),
    [mac],
  )
  const windows = 'C:\\Users\\ann\\AppData\\Roaming\\Blender Foundation\\Blender\\4.3\\datafiles\\autosolve'
  const env = { APPDATA: 'C:\\Users\\ann\\AppData\\Roaming' }
  assert.deepEqual(await findAutosolveFolders({ env, platform: 'win32', ...disk('\\', `${windows}\\sessions`) }), [
    windows,
  ])
})

test('Blender’s own variable comes first, and nothing is named twice', async () => {
  const env = {
    HOME: '/h',
    BLENDER_USER_DATAFILES: '/h/.config/blender/4.2/datafiles',
    BLENDER_USER_RESOURCES: '/studio',
  }
  const found = await findAutosolveFolders({
    env,
    platform: 'linux',
    ...disk('/', '/h/.config/blender/4.2/datafiles/autosolve/x', '/studio/datafiles/autosolve/x'),
  })
  assert.deepEqual(found, ['/h/.config/blender/4.2/datafiles/autosolve', '/studio/datafiles/autosolve'])
})

test('no home, nothing found, no error', async () => {
  assert.deepEqual(await findAutosolveFolders({ env: {}, platform: 'linux', list: async () => [] }), [])
})
