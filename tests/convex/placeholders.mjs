// Values that one answer hands to later requests.

/** `step` with every `{name}` in its strings replaced by what was captured under that name. */
export function fill(value, captured) {
  if (typeof value === "string") {
    return value.replace(/\{(\w+)\}/g, (text, name) => (name in captured ? String(captured[name]) : text));
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, captured));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, captured)]));
}

/** The value at a dotted path of the answer's JSON, such as `data.0.id`. */
export function pick(answer, path, step) {
  let value;
  try {
    value = path.split(".").reduce((part, key) => part?.[key], JSON.parse(answer.body));
  } catch {
    value = undefined;
  }
  if (value === undefined) {
    const seen = answer.failure ?? answer.body;
    throw new Error(`${step.method} ${step.url} answered ${answer.status} without "${path}": ${seen}`);
  }
  return value;
}
