// node --import resolve.mjs script.mjs: packages that these scripts import come from the project in the current folder.
import { register } from "node:module";
import { pathToFileURL } from "node:url";

const project = pathToFileURL(`${process.cwd()}/package.json`).href;
const hook = `
  let project;
  export function initialize(given) { project = given; }
  export function resolve(specifier, context, next) {
    const isBare = !/^(?:[./]|[a-z]+:)/.test(specifier);
    const isOurs = context.parentURL?.startsWith(${JSON.stringify(new URL(".", import.meta.url).href)});
    return next(specifier, isBare && isOurs ? { ...context, parentURL: project } : context);
  }
`;
register(`data:text/javascript,${encodeURIComponent(hook)}`, { data: project });
