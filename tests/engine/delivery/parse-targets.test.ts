import { describe, expect, test } from 'vitest';
import { ConfigurationError, describeConfiguration, loadConfiguration } from '../../../configuration.ts';
import { parseAlertmanagerUrls, parseWebhookUrls } from '../../../engine/delivery/parse-targets.ts';

describe('parseAlertmanagerUrls()', () => {
  test('reads a list of base addresses, with prefix, user and password', () => {
    expect(parseAlertmanagerUrls(' http://am-1:9093 , https://eve:p%40ss@am-2/alerts/ ')).toEqual([
      { kind: 'alertmanager', name: 'http://am-1:9093', url: 'http://am-1:9093/api/v2/alerts' },
      {
        kind: 'alertmanager',
        name: 'https://am-2/alerts',
        url: 'https://am-2/alerts/api/v2/alerts',
        authorization: `Basic ${btoa('eve:p@ss')}`,
      },
    ]);
    expect(parseAlertmanagerUrls(' ')).toEqual([]);
  });

  test.each([
    ['am-1:9093', 'not like http://alertmanager:9093: current value is am-1:9093'],
    ['http://am-1,', 'one is missing'],
    ['http://am-1?x=1', 'has a query'],
    ['http://am-1#x', 'fragment'],
    ['ftp://am-1', 'not like'],
    ['http://am-1:9093/api/v2/alerts', 'is not the base address'],
    ['http://am-1,http://am-1/', 'one address twice: current value is http://am-1'],
    ['http://eve:a%zz@am-1', 'not written %25'],
  ])('refuses %s', (text, message) => {
    expect(() => parseAlertmanagerUrls(text)).toThrow(message);
  });

  test.each([
    'http://eve:hunter2@am-1:x',
    'eve:hunter2@am-1',
    'http://eve:hun,ter2@am-1',
    'http://eve:hunter2',
  ])('shows nothing of a password in %s', (text) => {
    expect(() => parseAlertmanagerUrls(text)).toThrow(
      expect.not.objectContaining({ message: expect.stringMatching(/hun|ter2/) }),
    );
  });
});

describe('parseWebhookUrls()', () => {
  test('keeps path and query, and names nothing of them', () => {
    expect(parseWebhookUrls('https://hooks.example/T0/secret?key=1,https://hooks.example/T1')).toEqual([
      { kind: 'webhook', name: 'https://hooks.example', url: 'https://hooks.example/T0/secret?key=1' },
      { kind: 'webhook', name: 'https://hooks.example 2', url: 'https://hooks.example/T1' },
    ]);
  });

  test('shows nothing of a path in its errors', () => {
    for (const text of ['hooks.example/secret', 'https://h/secret#x', 'https://h/secret,https://h/secret'])
      expect(() => parseWebhookUrls(text)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining('secret') }),
      );
  });
});

describe('loadConfiguration()', () => {
  test('refuses addresses of alerts that are none, all at once', () => {
    const load = () =>
      loadConfiguration({
        VALET_ALERTMANAGER_URLS: 'alertmanager',
        VALET_ALERT_WEBHOOK_URLS: 'ftp://x',
        VALET_CONSOLE_URL: 'console',
      });
    expect(load).toThrow(ConfigurationError);
    expect(load).toThrow(/alertmanagerUrls: .*\n {2}alertWebhookUrls: .*\n {2}consoleUrl: /);
  });
});

describe('describeConfiguration()', () => {
  test('hides users and passwords of Alertmanagers and whole addresses of webhooks', () => {
    const text = describeConfiguration(
      loadConfiguration({
        VALET_ALERTMANAGER_URLS: 'http://eve:hunter2@am-1:9093,https://bob:pw@am-2/x,http://am-3',
        VALET_ALERT_WEBHOOK_URLS: 'https://hooks.example/secret',
      }),
    );
    expect(text).toContain('"http://…@am-1:9093,https://…@am-2/x,http://am-3"');
    expect(text).not.toMatch(/hunter2|eve:|bob|pw@|hooks\.example|secret/);
  });
});
