import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leaveRoom, roomFor } from './spare-room.ts'

test('what is left is taken up again, as zeros, by one who needs about as much', () => {
  const first = roomFor(40_000).fill(7)
  leaveRoom(first)
  const second = roomFor(30_000)
  assert.equal(second.buffer, first.buffer)
  assert.equal(second.length, 30_000)
  assert.ok(second.every((value) => value === 0))
})

test('nobody is given what another has, what is too small, or several times what is needed', () => {
  const room = roomFor(90_000)
  const other = roomFor(90_000)
  assert.notEqual(other.buffer, room.buffer)
  leaveRoom(room)
  assert.notEqual(roomFor(100_000).buffer, room.buffer)
  assert.notEqual(roomFor(40_000).buffer, room.buffer)
  const taken = roomFor(80_000)
  assert.equal(taken.buffer, room.buffer)
  assert.notEqual(roomFor(80_000).buffer, room.buffer)
})

test('small arrays are made anew', () => {
  const small = roomFor(100)
  leaveRoom(small)
  assert.notEqual(roomFor(100), small)
})
