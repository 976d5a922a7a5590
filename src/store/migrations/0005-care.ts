/** What is done for the data by the clock. */
export const care = {
  id: '0005-care',
  sql: `
create table schedule (
  task text primary key,
  due text not null,
  zone text not null,
  plan text not null,
  next_at integer,
  job text,
  changed_at integer not null,
  changed_by text not null
) strict, without rowid;
`,
} as const
