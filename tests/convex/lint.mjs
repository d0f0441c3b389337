// node lint.mjs: runs the recommended rules of @convex-dev/eslint-plugin on ./convex and prints one problem a line.
import { relative } from "node:path";
import convexPlugin from "@convex-dev/eslint-plugin";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";

const root = process.cwd();
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    { ignores: ["convex/_generated/**", "**/*.d.ts"] },
    {
      files: ["**/*.ts", "**/*.js"],
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { project: ["./convex/tsconfig.json"], tsconfigRootDir: root },
      },
    },
    ...convexPlugin.configs.recommended,
  ],
});

for (const { filePath, messages } of await eslint.lintFiles(["convex/**/*.{ts,js}"])) {
  for (const { line, ruleId, message } of messages) {
    console.log(`${relative(root, filePath)}:${line}: ${message} (${ruleId})`);
  }
}
