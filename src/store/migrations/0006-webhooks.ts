/** Who is told of what, and what was told. Of this machine alone: a copy of the store must not begin to send by itself. */
export const webhooks = {
  id: '0006-webhooks',
  sql: `
create table webhook (
  id text primary key,
  url text not null,
  internal integer not null,
  project text,
  events text not null,
  secret text not null,
  created_at integer not null,
  seen_seq integer not null,
  disabled_at integer,
  disabled_why text
) strict, without rowid;
create table webhook_delivery (
  number integer primary key autoincrement,
  id text not null unique,
  webhook text not null references webhook (id),
  event text not null,
  about text not null,
  at integer not null,
  state text not null,
  attempts integer not null,
  next_at integer not null,
  lease_until integer not null,
  ended_at integer,
  status integer,
  said text
) strict;
create index webhook_delivery_waiting on webhook_delivery (next_at) where state = 'waiting';
create index webhook_delivery_log on webhook_delivery (webhook, number);
`,
} as const
