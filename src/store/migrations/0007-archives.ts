/** Files that old sessions and datasets were moved to, and which of them holds a copy of what. */
export const archives = {
  id: '0007-archives',
  sql: `
create table archive (
  id text primary key,
  path text not null,
  at integer not null,
  state text not null,
  sha256 text not null,
  body text not null
) strict, without rowid;
create table archive_session (
  seq integer not null references session (seq),
  archive text not null references archive (id),
  edits blob,
  consent text,
  primary key (seq, archive)
) strict, without rowid;
create index archive_session_archive on archive_session (archive);
create table archived_dataset (project text not null, name text not null, archive text not null references archive (id), primary key (project, name)) strict, without rowid;
create index consent_subject on consent (project, json_extract(body, '$.contributor'), json_extract(body, '$.session'));
create table archive_due (archive text not null references archive (id), receipt text not null, primary key (archive, receipt)) strict, without rowid;
`,
} as const
