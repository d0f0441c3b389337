// node checks.mjs: the checks of Convex projects, many in one process, so that compiler and linter are loaded once.
//
// Reads a line of JSON for each check, {"root", "check": "tsc" | "eslint" | "bundle", "options"?}, and writes one, the list of
// problems; what failed altogether is {"failure": text}. `options` are compiler options that the check sets itself.
import { relative } from "node:path";
import { createInterface } from "node:readline";
import convexPlugin from "@convex-dev/eslint-plugin";
import { ESLint } from "eslint";
import ts from "typescript";
import tseslint from "typescript-eslint";
import { refusals } from "../../codemods/proof/node/refusals.mjs";

const FOLDER = "convex";

// Texts of packages do not change while tests run: they are parsed once for each set of compiler options.
const parsed = new Map();

function hostOf(options) {
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile;
  const given = JSON.stringify({ ...options, configFilePath: undefined, configFile: undefined });
  host.getSourceFile = (path, version, ...rest) => {
    if (!path.includes("/node_modules/")) return parse(path, version, ...rest);
    const key = `${path}\n${version.languageVersion ?? version}\n${version.impliedNodeFormat}\n${given}`;
    if (!parsed.has(key)) parsed.set(key, parse(path, version, ...rest));
    return parsed.get(key);
  };
  return host;
}

function programOf(root, options) {
  const config = `${root}/${FOLDER}/tsconfig.json`;
  const { fileNames, options: own, errors } = ts.getParsedCommandLineOfConfigFile(config, { noEmit: true, ...options }, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (problem) => {
      throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, "\n"));
    },
  });
  return ts.createProgram({ rootNames: fileNames, options: own, host: hostOf(own), configFileParsingDiagnostics: errors });
}

const checks = {
  tsc(root, options) {
    const found = ts.sortAndDeduplicateDiagnostics(ts.getPreEmitDiagnostics(programOf(root, options)));
    const text = ts.formatDiagnostics(found, {
      getCurrentDirectory: () => root,
      getCanonicalFileName: (path) => path,
      getNewLine: () => "\n",
    });
    return text.split("\n").filter(Boolean);
  },

  async eslint(root) {
    const eslint = new ESLint({
      cwd: root,
      overrideConfigFile: true,
      overrideConfig: [
        { ignores: [`${FOLDER}/_generated/**`, "**/*.d.ts"] },
        {
          files: ["**/*.ts", "**/*.js"],
          languageOptions: { parser: tseslint.parser, parserOptions: { programs: [programOf(root, {})] } },
        },
        ...convexPlugin.configs.recommended,
      ],
    });
    const results = await eslint.lintFiles([`${FOLDER}/**/*.{ts,js}`]);
    return results.flatMap(({ filePath, messages }) =>
      messages.map(({ line, ruleId, message }) => `${relative(root, filePath)}:${line}: ${message} (${ruleId})`),
    );
  },

  async bundle() {
    return (await refusals(FOLDER)).map(({ file, line, message }) => `${file}:${line}: ${message}`);
  },
};

// The problems are all that goes to the standard output.
console.log = console.info = console.debug = console.error;
for await (const line of createInterface({ input: process.stdin })) {
  const { root, check, options = {} } = JSON.parse(line);
  process.chdir(root);
  const answer = await Promise.resolve()
    .then(() => checks[check](process.cwd(), options))
    .catch((error) => ({ failure: String(error?.stack ?? error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
