/**
 * Where webhooks may go: out into the world, and to nothing of this machine or network that their owner did not name. Else
 * whoever may add one could have this engine knock on doors that are closed to himself.
 */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { fault } from '#core/faults.ts'

export interface Address {
  readonly address: string
  readonly family: 4 | 6
}

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly Address[]>

/** The special-purpose registries of IANA (RFC 6890 and later), and multicast. */
const internalV4 = blockList('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])
/** Of version 6 only what is given out to the public, without what carries addresses of version 4 or stands for examples. */
const publicV6 = blockList('ipv6', ['2000::/3'])
const specialV6 = blockList('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [net = '', prefix] = subnet.split('/')
    list.addSubnet(net, Number(prefix), family)
  }
  return list
}

/** Whether an address is one of this machine, its network, or no single machine's at all. */
export function isInternal({ address, family }: Address): boolean {
  if (family === 4) return internalV4.check(address, 'ipv4')
  // Version 4 in disguise (::ffff:127.0.0.1) is not in 2000::/3 either.
  return !publicV6.check(address, 'ipv6') || specialV6.check(address, 'ipv6')
}

/** The address as it can be asked for: http or https, and no password in it. @throws webhook.address */
export function webhookUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  const isPlain = url !== null && (url.protocol === 'http:' || url.protocol === 'https:')
  if (isPlain && url.username === '' && url.password === '' && url.hostname !== '') return url
  const found = url === null ? text.slice(0, 200) : isPlain ? 'one with a name or password' : url.protocol
  throw fault('webhook.address', { expected: 'an http or https address without a name or password', found })
}

export const resolveByDns: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true })
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}

/**
 * The address to connect to. A name is looked up once, and whoever sends keeps to the answer: one that changes its mind
 * between the check and the connection gains nothing.
 *
 * @param internal whether the owner allowed that it is internal
 * @throws webhook.address when it is unknown, or any of its addresses internal
 */
export async function pinnedAddress(url: URL, internal: boolean, resolve: Resolve = resolveByDns): Promise<Address> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const literal = isIP(host)
  const all = literal === 0 ? await resolve(host).catch(() => []) : [{ address: host, family: literal as 4 | 6 }]
  const first = all[0]
  if (!first) throw fault('webhook.address', { expected: 'a name that has an address', found: host })
  const bad = internal ? undefined : all.find(isInternal)
  if (!bad) return first
  throw fault('webhook.address', {
    expected: 'an address outside of this machine and its network',
    found: bad.address === host ? host : `${host}, which is ${bad.address}`,
    fix: 'if it is meant, the owner adds the webhook with --internal',
  })
}
