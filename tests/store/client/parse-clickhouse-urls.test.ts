import { describe, expect, test } from 'vitest';
import { parseClickhouseUrls } from '../../../store/client/parse-clickhouse-urls.ts';

const READ: Readonly<Record<string, { readonly text: string; readonly shards: readonly string[][] }>> = {
  'one server': { text: 'http://127.0.0.1:8123', shards: [['http://127.0.0.1:8123']] },
  'shards of replicas': {
    text: 'http://a1:8123,http://a2:8123;http://b1:8123,http://b2:8123',
    shards: [
      ['http://a1:8123', 'http://a2:8123'],
      ['http://b1:8123', 'http://b2:8123'],
    ],
  },
  'addresses with spaces, line ends and slashes around them': {
    text: ' http://a1:8123/ ,\n https://a2:8443 ; http://[::1]:9000 ',
    shards: [['http://a1:8123', 'https://a2:8443'], ['http://[::1]:9000']],
  },
  'addresses without ports, at ClickHouse’s own': {
    text: 'http://a1,https://a2',
    shards: [['http://a1:8123', 'https://a2:8443']],
  },
  'a port that is the protocol’s own': { text: 'http://a1:80', shards: [['http://a1']] },
};

const REFUSED: Readonly<Record<string, { readonly text: string; readonly error: RegExp }>> = {
  nothing: { text: ' ', error: /one is missing: current value is nothing/ },
  'a comma at the end': { text: 'http://a1:8123,', error: /with no address on one side/ },
  'an empty shard': { text: 'http://a1:8123;;http://b1:8123', error: /with no address on one side/ },
  'a host alone': { text: 'a1:8123', error: /not like http:\/\/host:8123: current value is a1:8123/ },
  'the native protocol': { text: 'tcp://a1:9000', error: /not like http:\/\/host:8123/ },
  'a path': { text: 'http://a1:8123/valet', error: /something follows host and port/ },
  parameters: { text: 'http://a1:8123?user=x', error: /something follows host and port/ },
  'one address twice': {
    text: 'http://a1;http://a1:8123/',
    error: /twice: current value is http:\/\/a1:8123/,
  },
};

describe('parseClickhouseUrls()', () => {
  for (const [name, { text, shards }] of Object.entries(READ)) {
    test(`reads ${name}`, () => expect(parseClickhouseUrls(text)).toEqual(shards));
  }

  for (const [name, { text, error }] of Object.entries(REFUSED)) {
    test(`refuses ${name}`, () => expect(() => parseClickhouseUrls(text)).toThrow(error));
  }

  test('refuses a user and password, without telling them on', () => {
    for (const text of ['http://me:secret@a1:8123', 'http//me:secret@a1']) {
      expect(() => parseClickhouseUrls(text)).toThrow(SyntaxError);
      expect(() => parseClickhouseUrls(text)).not.toThrow(/secret/);
    }
  });
});
