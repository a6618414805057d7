/**
 * Where alerts go, as text:
 *
 *     alertmanagers := alertmanager ("," alertmanager)*
 *     alertmanager  := scheme "://" [user [":" password] "@"] host [":" port] [prefix]    without query and fragment
 *     webhooks      := webhook ("," webhook)*
 *     webhook       := any http or https address without fragment; a "," in it is written %2C
 *
 * Spaces around addresses are ignored. Addresses may hold secrets: no error and no name shows more of one than
 * scheme, host, port and, of an Alertmanager, the prefix.
 */

export type TargetKind = 'alertmanager' | 'webhook';

/** One place alerts are sent to. Plain data. */
export interface Target {
  readonly kind: TargetKind;
  /** For log lines and metrics; without secrets, and no two alike. */
  readonly name: string;
  /** What is posted to, without user and password. */
  readonly url: string;
  /** The `Authorization` header; absent without user and password. */
  readonly authorization?: string;
}

interface Words {
  readonly what: string;
  readonly example: string;
}

const ALERTS_PATH = '/api/v2/alerts';

/** Alertmanagers; none for an empty text. Throws `SyntaxError` for what is no address, `RangeError` for one twice. */
export function parseAlertmanagerUrls(text: string): readonly Target[] {
  return parseList(text, (address) => {
    const url = parseAddress(address, {
      what: 'an Alertmanager address',
      example: 'http://alertmanager:9093',
    });
    if (url.search !== '') {
      throw new SyntaxError(
        `Cannot read an Alertmanager address as it has a query: current value is ${url.origin}${url.pathname}?…`,
      );
    }
    const base = url.origin + url.pathname.replace(/\/+$/, '');
    if (base.endsWith(ALERTS_PATH)) {
      throw new SyntaxError(
        `Cannot read an Alertmanager address as it is not the base address, which has no ${ALERTS_PATH}: current value is ${base}`,
      );
    }
    return { kind: 'alertmanager', name: base, url: base + ALERTS_PATH, ...authorizationOf(url) };
  });
}

/** Webhooks; none for an empty text. Throws as {@link parseAlertmanagerUrls}. */
export function parseWebhookUrls(text: string): readonly Target[] {
  return parseList(text, (address) => {
    const url = parseAddress(address, { what: 'a webhook address', example: 'https://host/path' });
    return {
      kind: 'webhook',
      name: url.origin,
      url: url.origin + url.pathname + url.search,
      ...authorizationOf(url),
    };
  });
}

/** The text with the users and passwords of its addresses hidden. */
export function hideCredentials(text: string): string {
  return text.replaceAll(/\/\/[^,]*@/g, '//…@');
}

function parseList(text: string, parse: (address: string) => Target): readonly Target[] {
  if (text.trim() === '') return [];
  const targets = text.split(',').map((address) => parse(address.trim()));
  const names = new Map<string, number>();
  const urls = new Set<string>();
  return targets.map((target) => {
    if (urls.has(target.url)) {
      throw new RangeError(`Cannot send alerts to one address twice: current value is ${target.name}`);
    }
    urls.add(target.url);
    const count = (names.get(target.name) ?? 0) + 1;
    names.set(target.name, count);
    return count === 1 ? target : { ...target, name: `${target.name} ${count}` };
  });
}

function parseAddress(address: string, { what, example }: Words): URL {
  if (address === '') {
    throw new SyntaxError(
      `Cannot read ${what} as one is missing: current value is a "," with nothing on one side`,
    );
  }
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new SyntaxError(
      `Cannot read ${what} as it is not like ${example}: current value is ${shown(address)}`,
    );
  }
  if (url.hash !== '') {
    throw new SyntaxError(`Cannot read ${what} as it has a fragment (#): current value is ${url.origin}`);
  }
  return url;
}

function authorizationOf({ username, password, origin }: URL): Pick<Target, 'authorization'> {
  if (username === '' && password === '') return {};
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  } catch {
    throw new SyntaxError(
      `Cannot read the user or password of an address as a "%" in it is not written %25: current value is of ${origin}`,
    );
  }
}

/** Of what is no address any part may be a secret, but for its beginning. */
function shown(address: string): string {
  const [, scheme, rest = ''] = /^([a-z]+:\/\/)?(.*)$/i.exec(address) ?? [];
  return /^[\w.-]*(?::\d+)?$/.test(rest) ? address : `${scheme ?? ''}…`;
}
