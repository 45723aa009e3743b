package dev.acequia.local.cli.load;

import dev.acequia.contract.Schema;

/**
 * How a file is cut into requests. The same plan of the same file gives the same requests with the
 * same idempotency keys.
 *
 * @param run names the run in the idempotency keys
 * @param lanes requests in flight at most
 * @param chunkRecords records in a request at most
 * @param skipBad whether bad records are left out, or stop the import
 */
record ImportPlan(Schema schema, String run, int lanes, int chunkRecords, boolean skipBad) {}
