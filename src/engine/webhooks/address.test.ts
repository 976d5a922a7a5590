import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Address, isInternal, pinnedAddress, webhookUrl } from './address.ts'

const families = (addresses: readonly string[]): Address[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('where webhooks may go', () => {
  test('everything of this machine, its network and the clouds is internal, however it is written', () => {
    const internal = [
      '127.0.0.1',
      '127.8.8.8',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '::127.0.0.1',
      '64:ff9b::a9fe:a9fe',
      'fe80::1',
      'fd00:ec2::254',
      'ff02::1',
      '2002:7f00:1::',
      '2001:db8::1',
    ]
    for (const one of families(internal)) assert.ok(isInternal(one), one.address)
    const outside = ['8.8.8.8', '93.184.216.34', '172.32.0.1', '2606:2800:220:1:248:1893:25c8:1946', '2a00:1450::1']
    for (const one of families(outside)) assert.ok(!isInternal(one), one.address)
  })

  const refused = [
    'http://127.0.0.1/x',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:7f00:1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost:9999/',
    'http://printer.internal/',
  ]
  for (const text of refused) {
    test(`${text} is refused unless its owner allows it`, async () => {
      const url = webhookUrl(text)
      const resolve = async () => families(['192.168.1.20'])
      await assert.rejects(pinnedAddress(url, false, resolve), { code: 'webhook.address' })
      assert.ok((await pinnedAddress(url, true, resolve)).address.length > 0)
    })
  }

  test('a name is refused when any of its addresses is internal, or it has none', async () => {
    const url = webhookUrl('https://example.org/hook')
    const pin = (addresses: readonly string[]) => pinnedAddress(url, false, async () => families(addresses))
    assert.deepEqual(await pin(['93.184.216.34', '2606:2800:220::1']), { address: '93.184.216.34', family: 4 })
    await assert.rejects(pin(['93.184.216.34', '10.0.0.1']), /which is 10\.0\.0\.1/)
    await assert.rejects(pin([]), { code: 'webhook.address' })
    const gone = pinnedAddress(url, false, () => Promise.reject(new Error('ENOTFOUND')))
    await assert.rejects(gone, { code: 'webhook.address' })
  })

  test('only http and https, and no password', () => {
    for (const text of ['file:///etc/passwd', 'gopher://x/', 'ftp://x/', 'https://a:b@x.org/', 'nonsense', '']) {
      assert.throws(() => webhookUrl(text), { code: 'webhook.address' }, text)
    }
    assert.equal(webhookUrl('https://x.org/a?b=c').href, 'https://x.org/a?b=c')
  })
})
