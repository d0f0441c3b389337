/** The last part of a path, without an ending that it is told. */
export function basename(file: string, ending = ""): string {
  if (file === ending) return "";
  const name = file.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return name !== ending && name.endsWith(ending) ? name.slice(0, name.length - ending.length) : name;
}

/** All of a path but its last part. */
export function dirname(file: string): string {
  const cut = file.replace(/\/+$/, "");
  if (!cut.includes("/")) return cut === "" && file !== "" ? "/" : ".";
  return cut.slice(0, cut.lastIndexOf("/")).replace(/\/+$/, "") || "/";
}

/** The ending of a file's name, with its dot. */
export function extname(file: string): string {
  return /^.+?(\.[^.]*)$/.exec(basename(file).replace(/^\.+$/, ""))?.[1] ?? "";
}

/** Does a path start at the root? */
export function isAbsolute(file: string): boolean {
  return file.startsWith("/");
}

/** Parts of a path as one. */
export function join(...parts: string[]): string {
  return normalize(parts.filter((part) => part !== "").join("/"));
}

/** A path without dots and repeated slashes. */
export function normalize(file: string): string {
  const root = isAbsolute(file) ? "/" : "";
  const kept: string[] = [];
  for (const part of file.split("/").filter((each) => each !== "" && each !== ".")) {
    if (part === ".." && kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (part !== ".." || root === "") kept.push(part);
  }
  const found = root + kept.join("/") || ".";
  return file.endsWith("/") && found !== "/" ? `${found}/` : found;
}
