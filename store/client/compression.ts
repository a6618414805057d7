import type { StoreEndpoint } from '../types.ts';

/**
 * How bodies of INSERTs are compressed. zstd at level 1 shrinks Native blocks of telemetry to about a tenth and costs
 * the sender 0.7 and the server 0.2 CPU seconds per million spans (docs/decisions/compressed-inserts.md): worth it
 * for a network, not for loopback. gzip costs three times as much; LZ4 is not to be had in Node.
 */
export function requestCompression(
  hosts: readonly string[],
  setting: StoreEndpoint['compression'] = 'auto',
): { readonly codec: 'zstd'; readonly level: number } | undefined {
  if (setting === 'none' || (setting === 'auto' && hosts.every(isLoopback))) return undefined;
  return { codec: 'zstd', level: 1 };
}

function isLoopback(host: string): boolean {
  const { hostname } = new URL(host);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
