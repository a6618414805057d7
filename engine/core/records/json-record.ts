/** JSON on the log: encoding, and decoding that never throws. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A value as the bytes of a record. */
export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** The record's value; undefined when it is no JSON object with a `kind` (a foreign producer wrote it). */
export function decodeJson<T extends { readonly kind: string }>(value: Uint8Array): T | undefined {
  try {
    const parsed: unknown = JSON.parse(decoder.decode(value));
    const isRecord = typeof parsed === 'object' && parsed !== null && 'kind' in parsed;
    return isRecord ? (parsed as T) : undefined;
  } catch {
    return undefined;
  }
}
