// The driver `sqlite3` on sql.js, as far as Sequelize asks for it: a database in memory.
const initSqlJs = require("sql.js");

const ready = initSqlJs();
const stored = ready.then((SQL) => new SQL.Database());

class Database {
  constructor(filename, mode, done) {
    this.filename = filename;
    stored.then(() => done(null));
  }

  serialize(work) {
    work();
  }

  run(sql, given, done) {
    const [parameters, end] = typeof given === "function" ? [[], given] : [given, done];
    stored.then((database) => {
      try {
        database.run(sql, bound(parameters));
        const [[lastID, changes]] = database.exec("SELECT last_insert_rowid(), changes()")[0].values;
        end?.call({ lastID, changes }, null);
      } catch (error) {
        end?.call({}, coded(error));
      }
    });
    return this;
  }

  all(sql, given, done) {
    const [parameters, end] = typeof given === "function" ? [[], given] : [given, done];
    stored.then((database) => {
      try {
        const statement = database.prepare(sql, bound(parameters));
        const rows = [];
        while (statement.step()) rows.push(statement.getAsObject());
        statement.free();
        end.call({}, null, rows);
      } catch (error) {
        end.call({}, coded(error));
      }
    });
    return this;
  }

  close(done) {
    done?.(null);
  }
}

/** Parameters as sql.js takes them: `$1` by name. */
function bound(parameters) {
  return parameters ?? [];
}

/** The error as the driver words it. */
function coded(error) {
  return Object.assign(new Error(`SQLITE_CONSTRAINT: ${error.message}`), { code: "SQLITE_CONSTRAINT" });
}

module.exports = { Database, OPEN_READWRITE: 2, OPEN_CREATE: 4, OPEN_FULLMUTEX: 65536 };
