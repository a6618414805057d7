import { crc32c, Writer } from '@platformatic/kafka';

/** CRC-32C, by the processor's own instructions where the native module is installed. */
export function checksum(bytes: Buffer): number {
  // Handed over like this, the bytes are not copied first.
  return crc32c(Writer.create().append(bytes).dynamicBuffer);
}
