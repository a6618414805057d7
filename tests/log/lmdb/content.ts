/** Bytes that only this size has. */
export function contentOf(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + size) >> 2;
  return bytes;
}
