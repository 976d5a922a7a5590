import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import type { FaultCode } from '#core/fault-codes.ts'
import { Fault } from '#core/faults.ts'
import type { ArchiveLimits } from './limits.ts'
import { openSource } from './open-source.ts'

const temp = await mkdtemp(join(tmpdir(), 'hindsight-hostile-'))
after(() => rm(temp, { recursive: true }))

interface Member {
  name: string | Buffer
  data?: Buffer
  /** What the directory says, where it lies. */
  says?: Partial<{ bytes: number; crc: number; method: number; mode: number; flags: number; offset: number }>
  extra?: Buffer
  stored?: boolean
}

/** A zip made by hand, since no library would make these. */
function zip(members: readonly Member[], options: { wide?: boolean; count?: number } = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data = Buffer.from('x'), says = {}, extra = Buffer.alloc(0), stored = false } of members) {
    const nameBytes = Buffer.from(name as string)
    const packed = stored ? data : deflateRawSync(data)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(says.flags ?? 0x800, 2)
    common.writeUInt16LE(says.method ?? (stored ? 0 : 8), 4)
    common.writeUInt16LE(33, 8)
    common.writeUInt32LE(says.crc ?? crc32(data), 10)
    common.writeUInt32LE(packed.byteLength, 14)
    common.writeUInt32LE(says.bytes ?? data.byteLength, 18)
    common.writeUInt16LE(nameBytes.byteLength, 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, nameBytes, packed])
    const attributes = Buffer.alloc(14)
    attributes.writeUInt32LE(((says.mode ?? 0o100644) << 16) >>> 0, 6)
    attributes.writeUInt32LE(says.offset ?? offset, 10)
    common.writeUInt16LE(extra.byteLength, 24)
    directory.push(
      Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 3]), common, attributes, nameBytes, extra]),
    )
    parts.push(local)
    offset += local.byteLength
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 'latin1')
  const count = options.count ?? members.length
  end.writeUInt16LE(options.wide ? 0xffff : count, 8)
  end.writeUInt16LE(options.wide ? 0xffff : count, 10)
  end.writeUInt32LE(options.wide ? 0xffffffff : listing.byteLength, 12)
  end.writeUInt32LE(options.wide ? 0xffffffff : offset, 16)
  return Buffer.concat([...parts, listing, ...(options.wide ? [wideEnd(count, listing.byteLength, offset)] : []), end])
}

function wideEnd(count: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(76)
  end.write('PK\u0006\u0006', 0, 'latin1')
  end.writeBigUInt64LE(44n, 4)
  end.writeBigUInt64LE(BigInt(count), 24)
  end.writeBigUInt64LE(BigInt(count), 32)
  end.writeBigUInt64LE(BigInt(bytes), 40)
  end.writeBigUInt64LE(BigInt(offset), 48)
  end.write('PK\u0006\u0007', 56, 'latin1')
  end.writeBigUInt64LE(BigInt(offset + bytes), 64)
  end.writeUInt32LE(1, 72)
  return end
}

interface TarMember {
  name: string
  data?: Buffer
  type?: string
  link?: string
  size?: number
}

function tar(members: readonly TarMember[], options: { end?: boolean; magic?: string } = {}): Buffer {
  const blocks = members.flatMap(({ name, data = Buffer.from('x'), type = '0', link = '', size }) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write(`${(size ?? data.byteLength).toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0        ', 136)
    header.write(type, 156)
    header.write(link, 157)
    header.write(options.magic ?? 'ustar\u000000', 257)
    const sum = header.reduce((a, b) => a + b, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, data, Buffer.alloc((512 - (data.byteLength % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(options.end === false ? 0 : 1024)])
}

let made = 0
async function fileOf(bytes: Buffer, name = 'archive'): Promise<string> {
  const path = join(temp, `${made++}-${name}`)
  await writeFile(path, bytes)
  return path
}

async function refusal(bytes: Buffer, limits: Partial<ArchiveLimits> = {}): Promise<Fault> {
  const path = await fileOf(bytes)
  const error = await openSource(path, { limits }).then(
    () => assert.fail('it was opened'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof Fault, String(error))
  return error
}

async function readAll(bytes: Buffer, options = {}): Promise<Record<string, string>> {
  const source = await openSource(await fileOf(bytes), options)
  try {
    const found: [string, string][] = []
    for (const { name } of await source.files()) {
      const chunks: Uint8Array[] = []
      for await (const chunk of source.read(name)) chunks.push(chunk)
      found.push([name, Buffer.concat(chunks).toString()])
    }
    return Object.fromEntries(found)
  } finally {
    await source.close()
  }
}

const badNames: Record<string, string> = {
  'leaves the target': '../evil.txt',
  'leaves the target from within': 'a/b/../../../evil.txt',
  'is absolute': '/etc/passwd',
  'is absolute twice': '//server/share',
  'has an empty part': 'a//b',
  'has a dot part': 'a/./b',
  'has backslashes': 'a\\..\\..\\evil.txt',
  'has a drive letter': 'C:/evil.txt',
  'has a drive letter and no slash': 'c:evil.txt',
  'has a zero byte': 'a\u0000.png',
  'has a line break': 'a\nb',
  'turns the terminal red': 'a\u001b[31m',
  'has a control character of Latin-1': 'a\u0085',
  'is longer than the limit': `${'n'.repeat(90)}/${'n'.repeat(5000)}`,
}

for (const [what, name] of Object.entries(badNames)) {
  test(`a name that ${what} is refused, in a zip and in a tar`, async () => {
    const inZip = await refusal(zip([{ name: 'good.txt' }, { name }]))
    assert.equal(inZip.code, 'archive.path')
    // A tar's name ends at its first zero and has 100 bytes; a longer or odder one comes as an extra record.
    const pax = (length: number): string => {
      const line = `${length} path=${name}\n`
      return Buffer.byteLength(line) === length ? line : pax(Buffer.byteLength(line))
    }
    const record = Buffer.from(pax(10))
    const inTar = await refusal(
      tar([{ name: 'good.txt' }, { name: 'pax', type: 'x', data: record }, { name: 'plain' }]),
    )
    assert.equal(inTar.code, 'archive.path')
    if (name.length < 100 && !name.includes('\u0000')) {
      assert.equal((await refusal(tar([{ name }]))).code, 'archive.path')
    }
  })
}

const clashes: Record<string, [FaultCode, string[]]> = {
  'the same name twice': ['archive.duplicate', ['a.txt', 'b.txt', 'a.txt']],
  'names that differ by letter case': ['archive.duplicate', ['Logo.png', 'logo.PNG']],
  'names that differ by Unicode form': ['archive.duplicate', ['caf\u00e9.txt', 'cafe\u0301.txt']],
  'a file where a folder is': ['archive.duplicate', ['a/b.txt', 'A']],
  'a folder where a file is': ['archive.duplicate', ['a', 'a/b.txt']],
}

for (const [what, [code, list]] of Object.entries(clashes)) {
  test(`${what}: refused, in a zip and in a tar`, async () => {
    assert.equal((await refusal(zip(list.map((name) => ({ name }))))).code, code)
    assert.equal((await refusal(tar(list.map((name) => ({ name }))))).code, code)
  })
}

test('links and devices are refused by name', async () => {
  const linkInZip = await refusal(zip([{ name: 'link', says: { mode: 0o120777 }, data: Buffer.from('/etc/passwd') }]))
  assert.equal(linkInZip.code, 'archive.link')
  assert.match(linkInZip.message, /symbolic link in .*member "link"/)
  assert.equal((await refusal(zip([{ name: 'pipe', says: { mode: 0o010644 } }]))).code, 'archive.link')
  const kinds = {
    '1': /hard link to "\/etc/,
    '2': /symbolic link to "\/etc/,
    '3': /character/,
    '4': /block/,
    '6': /fifo/,
  }
  for (const [type, message] of Object.entries(kinds)) {
    const error = await refusal(tar([{ name: 'm', type, link: '/etc/passwd', data: Buffer.alloc(0) }]))
    assert.equal(error.code, 'archive.link')
    assert.match(error.message, message)
  }
  assert.equal((await refusal(tar([{ name: 'sparse', type: 'S' }]))).code, 'archive.malformed')
})

test('bombs are refused by their directory: ratio, total, count, and members that share their bytes', async () => {
  const limits = { ratioFromBytes: 1000, maxTotalBytes: 5_000_000 }
  const zeros = Buffer.alloc(1_000_000)
  const ratio = await refusal(zip([{ name: 'zeros', data: zeros }]), limits)
  assert.equal(ratio.code, 'archive.bomb')
  assert.match(ratio.message, /expected at most 200 bytes unpacked for each byte/)
  const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, data: zeros, stored: true }))
  assert.match((await refusal(zip(six), limits)).message, /at most 5000000 bytes unpacked, found at least 6000000/)
  assert.match((await refusal(tar(six), limits)).message, /at most 5000000 bytes unpacked/)
  assert.match((await refusal(zip(six), { maxFiles: 5 })).message, /at most 5 members, found 6/)
  assert.equal((await refusal(tar(six), { maxFiles: 5 })).code, 'archive.bomb')
  const shared = await refusal(zip([{ name: 'a' }, { name: 'b', says: { offset: 0 } }]))
  assert.equal(shared.code, 'archive.bomb')
  assert.match(shared.message, /inside another member/)
})

test('a count that no file could hold is refused before the members are listed', async () => {
  const error = await refusal(zip([{ name: 'a' }], { wide: true, count: 4_000_000_000 }))
  assert.equal(error.code, 'archive.bomb')
})

test('a member that unpacks to more than it says stops there', async () => {
  const data = Buffer.alloc(3_000_000, 'abc')
  for (const size of [100, 2_900_000]) {
    const path = await fileOf(zip([{ name: 'a', data: data, says: { bytes: size } }]))
    const source = await openSource(path)
    let seen = 0
    await assert.rejects(
      async () => {
        for await (const chunk of source.read('a')) seen += chunk.byteLength
      },
      { code: 'archive.bomb' },
    )
    assert.ok(seen <= size + 65_536, `${seen} bytes came through`)
    await source.close()
  }
})

test('a member that is shorter than it says, or has another checksum, is refused while reading', async () => {
  const short = zip([{ name: 'a', data: Buffer.from('abc'), says: { bytes: 5 } }])
  await assert.rejects(readAll(short), { code: 'archive.malformed' })
  const flipped = zip([{ name: 'a', data: Buffer.from('abc'), says: { crc: 1 } }])
  await assert.rejects(readAll(flipped), { code: 'archive.malformed' })
})

test('encrypted and oddly packed members are refused', async () => {
  assert.equal((await refusal(zip([{ name: 'a', says: { flags: 0x801 } }]))).code, 'archive.encrypted')
  assert.equal((await refusal(zip([{ name: 'a', says: { flags: 0x841 } }]))).code, 'archive.encrypted')
  assert.match((await refusal(zip([{ name: 'a', says: { method: 14 } }]))).message, /compression method 14/)
})

test('archives cut off anywhere are refused', async () => {
  const wholeZip = zip([{ name: 'a', data: Buffer.from('abc'.repeat(99)) }, { name: 'b' }])
  for (const length of [wholeZip.byteLength - 1, wholeZip.byteLength - 30, 60, 5]) {
    assert.equal((await refusal(wholeZip.subarray(0, length))).code, 'archive.malformed', `zip cut at ${length}`)
  }
  const wholeTar = tar([{ name: 'a', data: Buffer.alloc(2000, 'a') }, { name: 'b' }])
  for (const length of [700, 1024, 2560, 2700, 3500, 3584]) {
    assert.equal((await refusal(wholeTar.subarray(0, length))).code, 'archive.malformed', `tar cut at ${length}`)
  }
  const packed = gzipSync(wholeTar)
  assert.equal((await refusal(packed.subarray(0, packed.byteLength - 9))).code, 'archive.malformed')
  assert.equal((await refusal(tar([{ name: 'a', size: 9_000_000 }]))).code, 'archive.malformed')
})

test('what is called an archive and is none is refused', async () => {
  const path = await fileOf(Buffer.from('just text'), 'data.zip')
  await assert.rejects(openSource(path), { code: 'archive.malformed' })
  await assert.rejects(openSource(join(temp, 'nothing')), { code: 'file.missing' })
})

test('a compressed tar is unpacked within its limits, and its temporary files go', async () => {
  const tempFolder = join(temp, 'unpacking')
  await mkdir(tempFolder)
  const packed = gzipSync(tar([{ name: 'zeros', data: Buffer.alloc(5_000_000) }]))
  const path = await fileOf(packed)
  for (const limits of [{ maxTotalBytes: 100_000 }, { ratioFromBytes: 1000 }]) {
    await assert.rejects(openSource(path, { limits, tempFolder }), { code: 'archive.bomb' })
  }
  assert.deepEqual(await readdir(tempFolder), [])
  const source = await openSource(path, { limits: { ratioFromBytes: 10_000_000 }, tempFolder })
  assert.deepEqual(await source.files(), [{ name: 'zeros', bytes: 5_000_000 }])
  await source.close()
  assert.deepEqual(await readdir(tempFolder), [])
})

test('good archives of all kinds are read: old tars, 64-bit zips, names without the flag, files of the system left out', async () => {
  const members = [
    { name: './a/b.txt', data: Buffer.from('B') },
    { name: '__MACOSX/a/._b.txt' },
    { name: 'a/.DS_Store' },
    { name: 'cafe\u0301.txt', data: Buffer.from('C') },
  ]
  const expected = { 'a/b.txt': 'B', 'caf\u00e9.txt': 'C' }
  assert.deepEqual(await readAll(tar([{ name: './', type: '5', data: Buffer.alloc(0) }, ...members])), expected)
  assert.deepEqual(await readAll(tar(members, { magic: '' })), expected)
  assert.deepEqual(await readAll(gzipSync(tar(members))), expected)
  const inZip = members.map((member) => ({ ...member, name: member.name.replace('./', '') }))
  assert.deepEqual(await readAll(zip([{ name: 'a/', data: Buffer.alloc(0), stored: true }, ...inZip])), expected)
  assert.deepEqual(await readAll(zip(inZip, { wide: true })), expected)
  assert.deepEqual(await readAll(zip(inZip.map((member) => ({ ...member, says: { flags: 0 } })))), expected)
  assert.deepEqual(await readAll(zip([{ name: Buffer.from([0x81, 0x2e, 0x74]), says: { flags: 0 } }])), { 'ü.t': 'x' })
  assert.deepEqual(await readAll(zip([])), {})
  assert.deepEqual(await readAll(Buffer.alloc(1024)), {})
  assert.deepEqual(Object.values(await readAll(Buffer.from('{"a":1}'), { name: 'one.json' })), ['{"a":1}'])
  assert.deepEqual(await readAll(gzipSync('{"a":1}'), { name: 'one.json.gz' }), { 'one.json': '{"a":1}' })
})

test('folders: links that leave are refused, links to files inside are read, names are NFC', async () => {
  const root = join(temp, 'folder')
  await mkdir(join(root, 'sub'), { recursive: true })
  await writeFile(join(root, 'cafe\u0301.txt'), 'C')
  await writeFile(join(root, 'sub/.DS_Store'), 'x')
  await symlink('../cafe\u0301.txt', join(root, 'sub/link.txt'))
  const source = await openSource(root)
  assert.deepEqual(await source.files(), [
    { name: 'caf\u00e9.txt', bytes: 1 },
    { name: 'sub/link.txt', bytes: 1 },
  ])
  for (const name of ['caf\u00e9.txt', 'sub/link.txt']) {
    const chunks: Uint8Array[] = []
    for await (const chunk of source.read(name)) chunks.push(chunk)
    assert.equal(Buffer.concat(chunks).toString(), 'C')
  }
  assert.throws(() => source.read('../outside'), { code: 'file.missing' })
  // Changed after it was listed.
  await writeFile(join(temp, 'outside.txt'), 'secret')
  await rm(join(root, 'sub/link.txt'))
  await symlink('../../outside.txt', join(root, 'sub/link.txt'))
  await assert.rejects(
    async () => {
      for await (const chunk of source.read('sub/link.txt')) assert.fail(String(chunk))
    },
    { code: 'archive.link' },
  )
  await assert.rejects(openSource(root), { code: 'archive.link' })
  await rm(join(root, 'sub/link.txt'))
  for (const target of ['.', 'nowhere']) {
    await symlink(target, join(root, 'sub/loop'))
    await assert.rejects(openSource(root), { code: 'archive.link' })
    await rm(join(root, 'sub/loop'))
  }
  await writeFile(join(root, 'caf\u00e9.txt'), 'other')
  await assert.rejects(openSource(root), { code: 'archive.duplicate' })
  await assert.rejects(openSource(root, { limits: { maxFiles: 1 } }), { code: /archive/ })
})
