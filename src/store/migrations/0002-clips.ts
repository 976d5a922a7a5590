/** Where clips lie on this machine. Left out of backups: a path says more of a person than a record may. */
export const clips = {
  id: '0002-clips',
  sql: `
create table clip (
  fingerprint text primary key,
  path text not null,
  stamp text not null,
  info text not null,
  uploaded integer not null,
  at integer not null
) strict, without rowid;
`,
} as const
