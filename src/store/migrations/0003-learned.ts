/** What was learned from sessions, by learner: derived, and made again from them at will. */
export const learned = {
  id: '0003-learned',
  sql: `
create table learner (name text primary key, domain text not null, revision integer not null) strict, without rowid;
create table learned_head (learner text primary key, revision integer not null, value text not null) strict, without rowid;
create table learned_row (
  learner text not null,
  grp text not null,
  key text not null,
  source text not null,
  settings text not null,
  count integer not null,
  kept integer not null,
  sum integer not null,
  primary key (learner, grp, key, source, settings)
) strict, without rowid;
create table lesson (
  number integer primary key autoincrement,
  learner text not null,
  session text not null,
  project text not null,
  source text not null,
  aside integer not null,
  rows text not null,
  about text not null
) strict;
create unique index lesson_session on lesson (session, learner);
create index lesson_learner on lesson (learner, aside, source);
create table learned_due (learner text not null, seq integer not null, primary key (learner, seq)) strict, without rowid;
create index learned_due_seq on learned_due (seq);
create table learned_pass (learner text not null, seq integer not null, reason text not null, primary key (learner, seq)) strict, without rowid;
create index learned_pass_seq on learned_pass (seq);
`,
} as const
