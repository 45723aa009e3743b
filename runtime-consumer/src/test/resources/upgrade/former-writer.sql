-- claim
UPDATE "ops"."_acequia_offsets_@TABLE@" SET fence = fence + 1 WHERE partition = ? RETURNING next_offset, topic_id, fence, schema_hash, replay, replay_from, replay_until, replay_resume
-- advance
UPDATE "ops"."_acequia_offsets_@TABLE@" SET next_offset = ? WHERE partition = ? AND fence = ? AND next_offset = ? AND schema_hash = ?
-- remember mark
INSERT INTO "ops"."_acequia_idempotency_@TABLE@" (key, index, topic_id, partition, "offset") SELECT m.key, m.index, ?::uuid, m.partition, m."offset" FROM unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[]) WITH ORDINALITY AS m (key, index, partition, "offset", ordinal) ORDER BY m.key, m.index, m.ordinal ON CONFLICT (key, index) DO NOTHING
-- find repeats
SELECT m.ordinal FROM unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[]) WITH ORDINALITY AS m (key, index, partition, "offset", ordinal) JOIN "ops"."_acequia_idempotency_@TABLE@" k ON k.key = m.key AND k.index = m.index WHERE (k.topic_id, k.partition, k."offset") <> (?::uuid, m.partition, m."offset")
-- remember repeat
INSERT INTO "ops"."_acequia_repeats_@TABLE@" SELECT ?::uuid, d.partition, d."offset" FROM unnest(?::int[], ?::bigint[]) AS d (partition, "offset") ON CONFLICT DO NOTHING
-- create stage
CREATE TEMPORARY TABLE IF NOT EXISTS "_acequia_stage" ON COMMIT DELETE ROWS AS SELECT "id", "name", "_topic_id", "_partition", "_offset" FROM "ops"."@TABLE@" WITH NO DATA
-- copy to stage
COPY pg_temp."_acequia_stage" ("id", "name", "_topic_id", "_partition", "_offset") FROM STDIN
-- copy to table
COPY "ops"."@TABLE@" ("id", "name", "_topic_id", "_partition", "_offset") FROM STDIN
-- insert new
INSERT INTO "ops"."@TABLE@" ("id", "name", "_topic_id", "_partition", "_offset") SELECT "id", "name", "_topic_id", "_partition", "_offset" FROM pg_temp."_acequia_stage" ON CONFLICT ("_topic_id", "_partition", "_offset") DO NOTHING
-- remember deletions
INSERT INTO "ops"."_acequia_deleted_@TABLE@" AS t ("id", "_topic_id", "_partition", "_offset") SELECT "id", '@TOPIC_UUID@'::uuid, "_partition", "_offset" FROM (SELECT DISTINCT ON ("id") * FROM pg_temp."_acequia_stage" ORDER BY "id", "_offset" DESC, "_partition" DESC) s WHERE s."_topic_id" IS NULL ON CONFLICT ("id") DO UPDATE SET deleted_at = now(), "_topic_id" = excluded."_topic_id", "_partition" = excluded."_partition", "_offset" = excluded."_offset" WHERE (t."_topic_id" <> '@TOPIC_UUID@'::uuid OR t."_partition" <> excluded."_partition" OR t."_offset" <= excluded."_offset")
-- delete
DELETE FROM "ops"."@TABLE@" t USING (SELECT DISTINCT ON ("id") * FROM pg_temp."_acequia_stage" ORDER BY "id", "_offset" DESC, "_partition" DESC) s WHERE s."_topic_id" IS NULL AND t."id" = s."id" AND (t."_topic_id" <> '@TOPIC_UUID@'::uuid OR t."_partition" <> s."_partition" OR t."_offset" <= s."_offset")
-- merge
INSERT INTO "ops"."@TABLE@" AS t ("id", "name", "_topic_id", "_partition", "_offset") SELECT "id", "name", "_topic_id", "_partition", "_offset" FROM (SELECT DISTINCT ON ("id") * FROM pg_temp."_acequia_stage" ORDER BY "id", "_offset" DESC, "_partition" DESC) s WHERE NOT s."_topic_id" IS NULL AND NOT EXISTS (SELECT FROM "ops"."_acequia_deleted_@TABLE@" d WHERE d."id" = s."id" AND d."_topic_id" = '@TOPIC_UUID@'::uuid AND d."_partition" = s."_partition" AND d."_offset" > s."_offset") ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name", "_topic_id" = excluded."_topic_id", "_partition" = excluded."_partition", "_offset" = excluded."_offset" WHERE (t."_topic_id" <> '@TOPIC_UUID@'::uuid OR t."_partition" <> excluded."_partition" OR t."_offset" <= excluded."_offset")
