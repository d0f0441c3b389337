import type { BodyType } from "./errors";
import { type Json, toJson } from "./json";

/** An answer with response headers. */
export function withHeaders<T extends object>(
  answer: T,
  headers: Record<string, unknown>,
): T & { headers: Record<string, string> } {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { ...answer, headers: Object.fromEntries(texts) };
}

/** The answer of a function that can succeed in more than one way; without a body it is empty. */
export function reply(status: number): { status: number };
export function reply<T>(status: number, body: T, type?: BodyType): { status: number; body: Json<T>; type?: BodyType };
export function reply(status: number, body?: unknown, type?: BodyType) {
  return { status, body: body === undefined ? undefined : toJson(body), type };
}

/** A cookie that an answer sets; the edge writes it, since it knows what time it is. */
export interface Cookie {
  name: string;
  value: string;
  options: Record<string, any>;
}

/** An answer as a function returns it. */
export interface Built {
  status: number;
  body?: any;
  type?: BodyType;
  headers?: Record<string, any>;
  cookies?: Cookie[];
  redirect?: string;
}

/** Content types by the short names that Express takes for them. */
export const MEDIA_TYPES: Record<string, string> = {
  bin: "application/octet-stream",
  css: "text/css",
  csv: "text/csv",
  gif: "image/gif",
  html: "text/html",
  ics: "text/calendar",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "application/javascript",
  json: "application/json",
  md: "text/markdown",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  text: "text/plain",
  txt: "text/plain",
  webp: "image/webp",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml",
  zip: "application/zip",
};

/** An answer in the making, by the methods of Express's response: status, headers and cookies, then the body. */
export class ResponseBuilder {
  statusCode = 200;
  headersSent = false;
  headers: Record<string, string | string[]> = {};
  cookies: Cookie[] = [];

  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  set(field: string | Record<string, any>, value?: any): this {
    const pairs = typeof field === "string" ? [[field, value]] : Object.entries(field);
    for (const [name, content] of pairs) {
      this.headers[name.toLowerCase()] = Array.isArray(content) ? content.map(String) : String(content);
    }
    return this;
  }

  header(field: string | Record<string, any>, value?: any): this {
    return this.set(field, value);
  }

  setHeader(field: string, value: any): this {
    return this.set(field, value);
  }

  append(field: string, value: any): this {
    return this.set(field, [this.headers[field.toLowerCase()] ?? [], value].flat());
  }

  get(field: string): any {
    return this.headers[field.toLowerCase()];
  }

  getHeader(field: string): any {
    return this.get(field);
  }

  removeHeader(field: string): void {
    delete this.headers[field.toLowerCase()];
  }

  type(name: string): this {
    return this.set("Content-Type", name.includes("/") ? name : (MEDIA_TYPES[name.replace(/^\./, "")] ?? MEDIA_TYPES.bin));
  }

  contentType(name: string): this {
    return this.type(name);
  }

  attachment(filename?: string): this {
    if (filename === undefined) return this.set("Content-Disposition", "attachment");
    const base = filename.split("/").at(-1) ?? filename;
    if (base.includes(".")) this.type(base.split(".").at(-1) ?? "bin");
    const latin = base.replace(/[^\x20-\x7e\xa0-\xff]/g, "?");
    const plain = latin.replace(/[\\"]/g, "\\$&");
    const encoded = latin !== base ? `; filename*=UTF-8''${encodeURIComponent(base)}` : "";
    return this.set("Content-Disposition", `attachment; filename="${plain}"${encoded}`);
  }

  vary(field: string | string[]): this {
    const known = this.headers.vary === undefined ? [] : [this.headers.vary].flat();
    return this.set("Vary", [...new Set([...known, ...[field].flat()])].join(", "));
  }

  location(url: string): this {
    return this.set("Location", encodeURI(url).replace(/%25([0-9a-f]{2})/gi, "%$1"));
  }

  links(links: Record<string, string>): this {
    return this.append("Link", Object.entries(links).map(([name, url]) => `<${url}>; rel="${name}"`).join(", "));
  }

  cookie(name: string, value: any, options: Record<string, any> = {}): this {
    if (options.signed || options.encode) throw new Error("Cookies cannot be signed or encoded here");
    const text = typeof value === "object" ? `j:${JSON.stringify(value)}` : String(value);
    this.cookies.push({ name, value: text, options: toJson(options) as Record<string, any> });
    return this;
  }

  clearCookie(name: string, options: Record<string, any> = {}): this {
    return this.cookie(name, "", { expires: new Date(1), path: "/", ...options });
  }

  json(body: any): Built {
    return this.built(toJson(body));
  }

  send(body?: any): Built {
    if (body instanceof Uint8Array) return this.built(new Uint8Array(body).buffer);
    return body === undefined ? this.built() : this.built(toJson(body), "auto");
  }

  end(body?: any): Built {
    return body === undefined ? this.built() : this.built(body, "bare");
  }

  sendStatus(code: number): Built {
    return this.status(code).built(undefined, "status");
  }

  redirect(status: number | string, url?: number | string): Built {
    const [code, target] = typeof status === "number" ? [status, url] : [url ?? 302, status];
    return { ...this.status(Number(code)).built(), redirect: String(target) };
  }

  /** What another function answered, with all that was set here. */
  merged(answer: Built): Built {
    const cookies = [...this.cookies, ...(answer.cookies ?? [])];
    return { ...answer, headers: { ...this.headers, ...answer.headers }, cookies };
  }

  built(body?: any, type?: BodyType): Built {
    return { status: this.statusCode, body, type, headers: this.headers, cookies: this.cookies };
  }
}
