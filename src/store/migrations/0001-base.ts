/** The first catalog. Never edit: what ran in somebody's store is history; add a migration instead. */
export const base = {
  id: '0001-base',
  sql: `
create table setting (key text primary key, value text not null) strict, without rowid;
create table place (id integer primary key, project text not null, domain text not null, unique (project, domain)) strict;

create table session (
  seq integer primary key autoincrement,
  id text not null unique,
  place integer not null references place (id),
  schema_version integer not null,
  at integer not null,
  received_at integer not null,
  status text,
  contributor text,
  host text not null,
  parent text,
  hash blob not null,
  size integer not null,
  in_blob integer not null,
  aside text,
  summary text not null,
  cover blob,
  facets text not null,
  words text not null
) strict;
create index session_time on session (place, at) where aside is null;
create index session_aside on session (aside) where aside is not null;
create index session_parent on session (parent) where parent is not null;

create table record (seq integer primary key references session (seq), body text not null) strict;
create table session_media (seq integer not null references session (seq), sha blob not null, primary key (seq, sha)) strict, without rowid;
create index session_media_sha on session_media (sha);

create table edit (
  seq integer primary key autoincrement,
  id text not null unique,
  session integer references session (seq),
  project text not null,
  at integer not null,
  kind text not null,
  import text,
  hash blob not null,
  body text not null
) strict;
create index edit_session on edit (session) where session is not null;
create index edit_loose on edit (project) where session is null;

create table import (id text primary key, project text not null, at integer not null, body text not null) strict;
create table import_session (import text not null, seq integer not null references session (seq), created integer not null, primary key (import, seq)) strict, without rowid;
create index import_session_seq on import_session (seq);
create table document (project text not null, name text not null, text text not null, primary key (project, name)) strict;
create table saved_query (project text not null, name text not null, body text not null, primary key (project, name)) strict;

create table dataset (project text not null, name text not null, created_at integer not null, body text not null, primary key (project, name)) strict;
create table version (
  id integer primary key autoincrement,
  project text not null,
  dataset text not null,
  version text not null,
  staged_at integer,
  body text not null
) strict;
create unique index version_name on version (project, dataset, version) where staged_at is null;
create table frozen (hash blob primary key, body text) strict;
create table frozen_session (seq integer not null, hash blob not null references frozen (hash), primary key (seq, hash)) strict, without rowid;
create index frozen_session_hash on frozen_session (hash);
create table item (
  version integer not null references version (id),
  part integer not null,
  sample text not null,
  hash blob not null,
  grp text not null,
  redacted integer not null,
  primary key (version, part, sample)
) strict, without rowid;
create index item_hash on item (hash);

create table export_note (id text primary key, project text not null, at integer not null, body text not null) strict;
create table export_session (seq integer not null, export text not null references export_note (id), primary key (seq, export)) strict, without rowid;

create table job (
  id text primary key,
  kind text not null,
  project text not null,
  principal text not null,
  params text not null,
  state text not null,
  progress text not null,
  checkpoint text not null,
  result text not null,
  error text not null,
  cancel_requested integer not null,
  attempts integer not null,
  worker text,
  lease_until integer,
  created_at integer not null,
  started_at integer,
  finished_at integer
) strict;
create index job_state on job (state, created_at);

create table consent (seq integer primary key autoincrement, id text not null unique, project text not null, body text not null, chain blob not null) strict;
create index consent_project on consent (project);
create table tombstone (hash blob primary key, receipt text not null) strict, without rowid;
create index tombstone_receipt on tombstone (receipt);
create table receipt (id text primary key, at integer not null, body text not null) strict;
create table backup (name text primary key, path text not null, at integer not null, body text) strict;
create table erasure_due (receipt text not null, backup text not null, primary key (receipt, backup)) strict, without rowid;
create table quarantine (id integer primary key autoincrement, at integer not null, what text not null, key text not null, note text not null, body blob not null) strict;

create table fact (
  id integer primary key,
  place integer not null,
  key text not null,
  numeric integer not null,
  text text not null,
  sessions integer not null,
  low real,
  high real,
  unique (place, key, numeric, text)
) strict;
create table facet (
  fact integer not null,
  at integer not null,
  seq integer not null,
  num real not null,
  primary key (fact, at, seq, num)
) strict, without rowid;
create table tally (place integer not null, day integer not null, status text not null, sessions integer not null, primary key (place, day, status)) strict, without rowid;
create table sample_due (seq integer primary key, stamp integer not null) strict;
create table sample (key integer primary key, type text not null, id text not null, seq integer not null, body text not null) strict;
create index sample_order on sample (type, id, seq);
create index sample_session on sample (seq);
create table fingerprint (sha blob primary key, hash text not null) strict, without rowid;
`,
} as const
