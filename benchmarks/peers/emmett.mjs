// Sixteen callers append one event each to a stream of their own, with the version they expect.
// node emmett.mjs CONNECTION_STRING CALLERS SECONDS -> {"appends": n, "seconds": s}
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import pg from "pg";
import { randomUUID } from "node:crypto";

const [, , connectionString, callers, seconds, state] = process.argv;
const pool = new pg.Pool({ connectionString, max: Number(callers) });
const store = getPostgreSQLEventStore(connectionString, { connectionOptions: { pool } });
await store.schema.migrate();
const data = JSON.parse(state);

async function caller(until) {
  const stream = `engagement-${randomUUID()}`;
  let version = 0n;
  let appends = 0;
  while (performance.now() < until) {
    await store.appendToStream(stream, [{ type: "SeatAdded", data }], {
      expectedStreamVersion: version === 0n ? "STREAM_DOES_NOT_EXIST" : version,
    });
    version += 1n;
    appends += 1;
  }
  return appends;
}

async function all(duration) {
  const start = performance.now();
  const done = await Promise.all(Array.from({ length: Number(callers) }, () => caller(start + duration * 1000)));
  return { appends: done.reduce((sum, one) => sum + one, 0), seconds: (performance.now() - start) / 1000 };
}

await all(0.5); // connections and plans
console.log(JSON.stringify(await all(Number(seconds))));
await store.close();
await pool.end();
