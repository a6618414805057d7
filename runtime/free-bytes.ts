/**
 * Gives memory back now instead of at the next garbage collection. V8 counts the memory of buffers, which lies outside
 * its heap, and collects the whole heap whenever some tens of MiB have come: at hundreds of MB a second that would cost
 * more than all else.
 *
 * The memory must be the caller's alone: every view of it is empty afterwards. Small buffers, which share theirs with
 * others, and empty ones, which may be anybody's, are left to the collector.
 */
export function freeBytes({ buffer, byteLength }: Uint8Array): void {
  // Detached ones have no bytes either.
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength === 0) return;
  const isShared = byteLength < buffer.byteLength && buffer.byteLength <= Buffer.poolSize;
  if (!isShared) buffer.transfer(0);
}
