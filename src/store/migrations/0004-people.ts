/** Accounts, sign-ins, tokens and keys, what was sent for which project, and who changed what. Of secrets only hashes. */
export const people = {
  id: '0004-people',
  sql: `
create table account (
  name text primary key,
  folded text not null unique,
  password text not null,
  role text not null,
  project text,
  created_at integer not null,
  disabled_at integer,
  seen_at integer
) strict, without rowid;
create table sign_in (
  hash blob primary key,
  account text not null references account (name),
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null
) strict, without rowid;
create index sign_in_account on sign_in (account);
create table access_key (
  id text primary key,
  kind text not null,
  name text not null,
  folded text not null,
  hash blob not null unique,
  role text not null,
  project text,
  origins text not null,
  created_at integer not null,
  created_by text not null,
  expires_at integer,
  used_at integer,
  revoked_at integer
) strict, without rowid;
create unique index access_key_name on access_key (folded) where revoked_at is null;
create table sent_blob (project text not null, sha blob not null, at integer not null, primary key (project, sha)) strict, without rowid;
create index sent_blob_at on sent_blob (at);
create index sent_blob_sha on sent_blob (sha);
create table audit (
  seq integer primary key autoincrement,
  at integer not null,
  principal text not null,
  via text not null,
  action text not null,
  project text,
  target text,
  outcome text not null
) strict;
create index audit_principal on audit (principal, seq);
create index audit_target on audit (target) where target is not null;
`,
} as const
