import type { Broker } from '@platformatic/kafka';

/** Reads `host:port`, an IPv6 address in brackets; a `TypeError` for anything else. */
export function parseBroker(text: string): Broker {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (!match || !host)
    throw new TypeError(`Cannot reach a broker as it must be host:port: current value is "${text}"`);
  return { host, port: Number(match[3]) };
}
