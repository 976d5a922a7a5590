import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localOwner, mayAct, type Role, roles } from './principal.ts'

test('who may do what', () => {
  const allowed: Record<Role, readonly Role[]> = {
    viewer: ['viewer'],
    reviewer: ['viewer', 'reviewer'],
    recorder: ['recorder'],
    owner: ['viewer', 'reviewer', 'recorder', 'owner'],
  }
  for (const role of roles) {
    for (const needed of roles)
      assert.equal(mayAct(role, needed), allowed[role].includes(needed), `${role} for ${needed}`)
  }
})

test('whoever sits at the machine owns it', () => {
  assert.ok(roles.every((needed) => mayAct(localOwner.role, needed)))
})
