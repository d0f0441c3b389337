// node sql.mjs < cases.json: runs cases of SQL by the database itself, PostgreSQL as PGlite or SQLite as sql.js.
//
// The current folder holds `ddl.sql`, `seed.sql` and `cases.ts`. Every case starts from the seed. An answer is
// {"result" or "error", "state"?}: what the case gave, and after a write all rows.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { postgres as emptyPostgres } from "../express/postgres.mjs";

process.env.TZ = "UTC";
const tools = createRequire(new URL("../express/package.json", import.meta.url));
const load = async (name) => import(pathToFileURL(tools.resolve(name)).href);
const { build } = await load("esbuild");

const { cases, ids, tables, dialect } = JSON.parse(readFileSync(0, "utf8"));
const [ddl, seed] = ["ddl.sql", "seed.sql"].map((name) => readFileSync(name, "utf8"));
const database = dialect === "postgres" ? await postgres() : await sqlite();

/** What the driver `pg` sends and gives: parameters are texts, and so are large numbers. */
async function postgres() {
  const { PGlite } = await load("@electric-sql/pglite");
  const text = (value) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Date) return value.toISOString().replace("Z", "+00:00");
    if (Array.isArray(value)) return `{${value.map((each) => (each === null ? "NULL" : JSON.stringify(String(each)))).join(",")}}`;
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  const types = [16, 20, 21, 23, 25, 114, 700, 701, 1007, 1009, 1015, 1042, 1043, 1082, 1083, 1114, 1184, 1700, 2950, 3802];
  const options = {
    parsers: { 20: (value) => value, 1082: (value) => new Date(`${value}T00:00:00Z`), 1114: (value) => new Date(`${value.replace(" ", "T")}Z`) },
    serializers: Object.fromEntries(types.map((type) => [type, text])),
  };
  let open;
  return {
    async start() {
      open = await emptyPostgres(PGlite, options);
      await open.exec(`SET timezone = 'UTC'; ${ddl} ${seed}`);
      await open.exec(tables.map((name) => `CREATE TABLE "seed ${name}" AS TABLE ${name};`).join("\n"));
    },
    async reset() {
      const rows = tables.map((name) => `INSERT INTO ${name} SELECT * FROM "seed ${name}";`);
      const keys = tables.filter((name) => name !== "settings").map((name) => `SELECT setval(pg_get_serial_sequence('${name}', 'id'), 950000);`);
      const off = "SET session_replication_role = replica;";
      await open.exec([off, `TRUNCATE ${tables.join(", ")};`, ...rows, ...keys, "SET session_replication_role = DEFAULT;"].join("\n"));
    },
    client: {
      async query(statement, values = []) {
        const { rows, affectedRows } = await open.query(statement, values.map((value) => value ?? null));
        return { rows, rowCount: rows.length || affectedRows || 0 };
      },
    },
    rows: async (name) => (await open.query(`SELECT * FROM ${name}`)).rows,
  };
}

/** What better-sqlite3 does, with the same database in it. */
async function sqlite() {
  const { default: initialize } = await load("sql.js");
  const { Database } = await initialize();
  let open;
  const all = (statement, values) => {
    const prepared = open.prepare(statement, values.map((value) => value ?? null));
    const rows = [];
    while (prepared.step()) rows.push(prepared.getAsObject());
    prepared.free();
    return rows;
  };
  const start = () => {
    open = new Database();
    open.exec(`PRAGMA foreign_keys = OFF; ${ddl} ${seed} PRAGMA foreign_keys = ON;`);
  };
  const listed = (values) => (Array.isArray(values[0]) ? values[0] : values);
  const failing = (work) => {
    try {
      return work();
    } catch (error) {
      throw Object.assign(error, { code: `SQLITE_CONSTRAINT_${/FOREIGN/.test(error.message) ? "FOREIGNKEY" : "UNIQUE"}` });
    }
  };
  return {
    start,
    reset: start,
    client: {
      prepare: (statement) => ({
        all: (...values) => failing(() => all(statement, listed(values))),
        get: (...values) => failing(() => all(statement, listed(values))[0]),
        run: (...values) =>
          failing(() => {
            all(statement, listed(values));
            const changes = open.getRowsModified();
            const key = all("SELECT last_insert_rowid() AS key", [])[0].key;
            return { changes, lastInsertRowid: key };
          }),
      }),
    },
    rows: async (name) => all(`SELECT * FROM ${name}`, []),
  };
}

/** Knex over the same database: its own statements, and its own form of their results. */
async function connection() {
  const { default: knex } = await load("knex");
  const path = dialect === "postgres" ? "postgres" : "better-sqlite3";
  const { default: Base } = await load(`knex/lib/dialects/${path}/index.js`);
  class Client extends Base {
    _driver() {
      return {};
    }
    async acquireRawConnection() {
      return {};
    }
    async destroyRawConnection() {}
    async _query(_, statement) {
      const { sql, bindings } = statement;
      if (dialect === "postgres") {
        const { rows, rowCount } = await database.client.query(sql, bindings);
        statement.response = { command: sql.split(" ")[0].toUpperCase(), rows, rowCount };
        return statement;
      }
      const given = bindings.map((value) => (typeof value === "boolean" ? Number(value) : value instanceof Date ? value.valueOf() : value));
      const prepared = database.client.prepare(sql);
      if (/^select|returning/i.test(sql)) statement.response = prepared.all(given);
      else {
        const { changes, lastInsertRowid } = prepared.run(given);
        Object.assign(statement, { response: [], context: { lastID: lastInsertRowid, changes } });
      }
      return statement;
    }
  }
  return knex({ client: Client, connection: {}, useNullAsDefault: true });
}

await database.start();
globalThis.openDatabase = database.client;
const shim = "export class Pool { constructor() { return globalThis.openDatabase; } }\nexport default Pool;";
if (readFileSync("cases.ts", "utf8").includes('from "knex"')) globalThis.openKnex = await connection();
const packages = {
  name: "packages",
  setup(plugin) {
    plugin.onResolve({ filter: /^typeorm$/ }, () => ({ path: pathToFileURL(tools.resolve("typeorm").replace(/js$/, "mjs")).href, external: true }));
    plugin.onResolve({ filter: /^knex$/ }, () => ({ path: "knex", namespace: "builder" }));
    plugin.onLoad({ filter: /.*/, namespace: "builder" }, () => ({ contents: "export default () => globalThis.openKnex;" }));
    plugin.onResolve({ filter: /^(pg|better-sqlite3)$/ }, () => ({ path: "driver", namespace: "shim" }));
    plugin.onLoad({ filter: /.*/, namespace: "shim" }, () => ({ contents: shim }));
  },
};
const tsconfigRaw = { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } };
globalThis.openDriver = {
  Pool: class {
    on() {}
    connect(answer) {
      const query = async (statement, values = []) => {
        const found = await database.client.query(statement, values);
        return { ...found, command: statement.split(" ")[0] };
      };
      answer(undefined, { query, on() {}, removeListener() {} }, () => {});
    }
  },
};
const outfile = resolve("cases.mjs");
await build({ entryPoints: ["cases.ts"], outfile, bundle: true, platform: "node", format: "esm", logLevel: "error", plugins: [packages], tsconfigRaw });
const { default: functions, source } = await import(pathToFileURL(outfile).href);
await source?.initialize();

const plain = (value) => JSON.parse(JSON.stringify(value ?? null));

async function answer({ name, writes }) {
  let found;
  try {
    found = { result: plain(await functions[name]({ ...ids })) };
  } catch (error) {
    found = { error: error.code ?? error.name, message: String(error.message).slice(0, 300) };
  }
  if (!writes) return found;
  found.state = {};
  for (const name of tables) found.state[name] = plain(await database.rows(name));
  await database.reset();
  return found;
}

const answers = {};
for (const each of cases) answers[each.name] = await answer(each);
writeFileSync("answers.json", JSON.stringify(answers));
process.exit(0);
