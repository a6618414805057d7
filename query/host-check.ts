/**
 * Which `Host` headers a port answers, against DNS rebinding: a page of a foreign name that resolves to this machine
 * must get nothing. Cases:
 * 1. loopback names and addresses, and the configured host, always;
 * 2. bound to more than loopback: also literal addresses and names without a dot (no public name is one), such as a
 *    container's;
 * 3. names given in addition.
 */
import { isIP } from 'node:net';

export interface HostCheckOptions {
  /** The address the port binds to. */
  readonly host: string;
  /** Further names under which readers reach it, lower case. @default none */
  readonly allowedHosts?: readonly string[];
}

/** Makes the check: true for a `Host` header (with or without port) to answer. */
export function hostCheck({
  host,
  allowedHosts = [],
}: HostCheckOptions): (header: string | undefined) => boolean {
  const own = new Set([host.toLowerCase(), ...allowedHosts]);
  const wide = !isLoopback(host.toLowerCase());
  return (header) => {
    const name = hostName(header);
    if (name === undefined) return false;
    if (own.has(name) || isLoopback(name)) return true;
    return wide && (isIP(name) !== 0 || !name.includes('.'));
  };
}

/** The name of `name[:port]` or `[v6][:port]`, lower case, without a final dot. */
function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}

function isLoopback(name: string): boolean {
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name)
  );
}
