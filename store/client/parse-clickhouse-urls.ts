/**
 * Where a ClickHouse is, as text:
 *
 *     addresses := shard (";" shard)*        shards, in an order that never changes
 *     shard     := address ("," address)*    replicas of one shard
 *     address   := "http://" host [":" port] | "https://" host [":" port]
 *
 * One address is one server. Spaces around addresses are ignored; ports are 8123 and 8443 unless named.
 */

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '8123', 'https:': '8443' };

/**
 * The origins of a cluster's servers, by shard and replica. Throws `SyntaxError` for text that is not addresses,
 * `RangeError` for an address that is there twice.
 */
export function parseClickhouseUrls(text: string): readonly (readonly string[])[] {
  const shards = text
    .split(';')
    .map((shard) => shard.split(',').map((address) => origin(address.trim(), text)));
  const seen = new Set<string>();
  for (const address of shards.flat()) {
    if (seen.has(address)) {
      throw new RangeError(`Cannot use a ClickHouse address twice: current value is ${address}`);
    }
    seen.add(address);
  }
  return shards;
}

function origin(address: string, text: string): string {
  if (address === '') {
    const whole = text.trim() === '' ? 'nothing' : 'a "," or ";" with no address on one side';
    throw new SyntaxError(`Cannot read ClickHouse addresses as one is missing: current value is ${whole}`);
  }
  const url = URL.parse(address);
  if (!url || !(url.protocol in DEFAULT_PORTS)) {
    throw new SyntaxError(
      `Cannot read a ClickHouse address as it is not like http://host:8123: current value is ${withoutSecrets(address)}`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new SyntaxError(
      `Cannot read a ClickHouse address as it holds a user or password, which have settings of their own: ` +
        `current value is ${withoutSecrets(address)}`,
    );
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new SyntaxError(
      `Cannot read a ClickHouse address as something follows host and port: current value is ${address}`,
    );
  }
  // `URL` leaves out 80 and 443 also where they are written.
  const written = /:\d+\/?$/.test(address);
  if (url.port === '' && !written) url.port = DEFAULT_PORTS[url.protocol] ?? '';
  return url.origin;
}

function withoutSecrets(address: string): string {
  return address.replace(/\/\/.*@/, '//…@');
}
