CREATE SCHEMA ops;
COMMENT ON SCHEMA ops IS 'Made by Acequia; removed when empty.';
CREATE ROLE @TABLE@_writer LOGIN NOINHERIT PASSWORD 'writer';
GRANT USAGE ON SCHEMA ops TO @TABLE@_writer;
CREATE ROLE @TABLE@_reader LOGIN NOINHERIT PASSWORD 'reader';
GRANT USAGE ON SCHEMA ops TO @TABLE@_reader;

CREATE TABLE ops."@TABLE@" (
  id bigint NOT NULL,
  name text,
  _topic_id uuid NOT NULL,
  _partition integer NOT NULL,
  _offset bigint NOT NULL,
  CONSTRAINT @TABLE@_pkey PRIMARY KEY (_topic_id, _partition, _offset));
GRANT SELECT ON ops."@TABLE@" TO @TABLE@_reader;
GRANT INSERT, SELECT ON ops."@TABLE@" TO @TABLE@_writer;
INSERT INTO ops."@TABLE@" ("id", "name", "_topic_id", "_partition", "_offset") VALUES
  ('1', 'former one', '@FORMER_TOPIC_UUID@', '0', '0'),
  ('1', 'one', '@TOPIC_UUID@', '0', '0'),
  ('2', 'former two', '@FORMER_TOPIC_UUID@', '0', '1'),
  ('2', 'former two again', '@FORMER_TOPIC_UUID@', '0', '5'),
  ('3', 'former three', '@FORMER_TOPIC_UUID@', '0', '2'),
  ('4', 'four', '@TOPIC_UUID@', '0', '1'),
  ('6', 'six', '@TOPIC_UUID@', '0', '5'),
  ('7', 'seven', '@TOPIC_UUID@', '0', '6'),
  ('8', 'eight', '@TOPIC_UUID@', '0', '7'),
  ('11', 'eleven', '@TOPIC_UUID@', '1', '0'),
  ('12', 'former twelve', '@FORMER_TOPIC_UUID@', '1', '0'),
  ('13', 'refused', '@TOPIC_UUID@', '1', '1'),
  ('14', 'kept', '@TOPIC_UUID@', '1', '5'),
  ('15', 'newer', '@TOPIC_UUID@', '1', '6'),
  ('17', 'seventeen', '@TOPIC_UUID@', '1', '7');

CREATE TABLE ops."_acequia_idempotency_@TABLE@" (
  key uuid NOT NULL,
  index bigint NOT NULL,
  topic_id uuid NOT NULL,
  partition integer NOT NULL,
  "offset" bigint NOT NULL,
  seen_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT _acequia_idempotency_@TABLE@_pkey PRIMARY KEY (key, index));
CREATE INDEX _acequia_seen_@TABLE@ ON ops._acequia_idempotency_@TABLE@ USING brin (seen_at);
GRANT DELETE, INSERT, SELECT ON ops."_acequia_idempotency_@TABLE@" TO @TABLE@_writer;
INSERT INTO ops."_acequia_idempotency_@TABLE@" ("key", "index", "topic_id", "partition", "offset") VALUES
  ('015f7e6b-c5ae-af48-3724-089e9252cc13', '0', '@TOPIC_UUID@', '1', '7'),
  ('6ab9f1eb-8f7d-3388-f4f9-d586f66e99fd', '0', '@TOPIC_UUID@', '0', '1'),
  ('d1a5ac9a-015f-ac2e-f7b3-41673635512a', '0', '@FORMER_TOPIC_UUID@', '0', '2');

CREATE TABLE ops."_acequia_offsets_@TABLE@" (
  partition integer NOT NULL,
  topic_id uuid NOT NULL,
  next_offset bigint NOT NULL,
  fence bigint NOT NULL,
  schema_hash text NOT NULL,
  accepted text,
  replay uuid,
  replay_from bigint,
  replay_until bigint,
  replay_resume bigint,
  CONSTRAINT _acequia_offsets_@TABLE@_pkey PRIMARY KEY (partition)) WITH (fillfactor=10);
COMMENT ON TABLE ops."_acequia_offsets_@TABLE@" IS 'Acequia pipeline ops/@NAME@';
GRANT SELECT, UPDATE ON ops."_acequia_offsets_@TABLE@" TO @TABLE@_writer;
INSERT INTO ops."_acequia_offsets_@TABLE@" ("partition", "topic_id", "next_offset", "fence", "schema_hash", "accepted", "replay", "replay_from", "replay_until", "replay_resume") VALUES
  ('0', '@TOPIC_UUID@', '2', '4', '2ecd8f313ee8b29b', '@TOPIC_ID@ * earliest', 'd524f2e2-f2cd-47ed-af61-f456f6b4b58e', '0', '6', '8'),
  ('1', '@TOPIC_UUID@', '10', '3', '2ecd8f313ee8b29b', '@TOPIC_ID@ * earliest', NULL, '0', '0', '0');

CREATE TABLE ops."_acequia_repeats_@TABLE@" (
  topic_id uuid NOT NULL,
  partition integer NOT NULL,
  "offset" bigint NOT NULL,
  CONSTRAINT _acequia_repeats_@TABLE@_pkey PRIMARY KEY (topic_id, partition, "offset"));
GRANT INSERT, SELECT ON ops."_acequia_repeats_@TABLE@" TO @TABLE@_writer;
INSERT INTO ops."_acequia_repeats_@TABLE@" ("topic_id", "partition", "offset") VALUES
  ('@TOPIC_UUID@', '0', '2');

CREATE TABLE ops."_acequia_replays_@TABLE@" (
  replay uuid NOT NULL,
  partition integer NOT NULL,
  CONSTRAINT _acequia_replays_@TABLE@_pkey PRIMARY KEY (replay, partition));
GRANT INSERT, SELECT ON ops."_acequia_replays_@TABLE@" TO @TABLE@_writer;
INSERT INTO ops."_acequia_replays_@TABLE@" ("replay", "partition") VALUES
  ('d524f2e2-f2cd-47ed-af61-f456f6b4b58e', '0');
