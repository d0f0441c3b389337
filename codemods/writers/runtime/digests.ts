/** The bytes as hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** So many random bytes, as hexadecimal digits. */
export function randomHex(size: number): string {
  return hex(crypto.getRandomValues(new Uint8Array(size)));
}

/** The SHA-1 digest of a text. */
export async function sha1Hex(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text))));
}

/** The SHA-256 digest of a text. */
export async function sha256Hex(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

/** The SHA-384 digest of a text. */
export async function sha384Hex(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-384", new TextEncoder().encode(text))));
}

/** The SHA-512 digest of a text. */
export async function sha512Hex(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-512", new TextEncoder().encode(text))));
}
