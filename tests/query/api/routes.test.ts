import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ALERT, buildForTest, DEFINITION, fakeStore, NOW, SUMMARY } from './support.ts';

const STATUS = `/api/v1/slos/${DEFINITION.name}/status`;
const SERIES = `/api/v1/slos/${DEFINITION.name}/series`;

describe('GET /api/v1/slos', () => {
  it('lists the SLOs', async () => {
    const test = await buildForTest();
    const { items } = (await test.app.inject('/api/v1/slos')).json();
    expect(items[0]).toEqual(SUMMARY);
    expect(items).toHaveLength(2);
  });

  it('gives a definition with its target as a number and exactly', async () => {
    const test = await buildForTest();
    const answer = (await test.app.inject(`/api/v1/slos/${DEFINITION.name}`)).json();
    expect(answer.objectives[1]).toEqual({
      name: 'stretch',
      displayName: 'Stretch',
      target: 0.9999,
      targetFraction: { numerator: '9999', denominator: '10000' },
      slices: null,
    });
    expect(answer.indicator.good.where).toBe('span.status.code != 2');
  });

  it('gives the status now, at an instant and of an objective', async () => {
    const test = await buildForTest();
    expect((await test.app.inject(STATUS)).json()).toMatchObject({
      slo: DEFINITION.name,
      good: 1997,
      total: 2000,
    });
    await test.app.inject(`${STATUS}?at=2026-11-20T10:00:00%2B02:00&objective=stretch`);
    expect(test.view.calls).toEqual([
      { slo: DEFINITION.name, atMillis: NOW, objective: 'objective-0' },
      { slo: DEFINITION.name, atMillis: Date.parse('2026-11-20T08:00:00Z'), objective: 'stretch' },
    ]);
  });

  it('gives the budget alone, with what it counts', async () => {
    const test = await buildForTest();
    const status = test.view.status.bind(test.view);
    test.view.status = (...asked) => {
      const found = status(...asked);
      return found && { ...found, scale: 1_000_000, unit: 'slices' };
    };
    const answer = (await test.app.inject(`/api/v1/slos/${DEFINITION.name}/budget`)).json();
    const keys = ['slo', 'objective', 'at', 'window', 'target', 'scale', 'unit', 'budget'];
    expect(Object.keys(answer)).toEqual(keys);
    expect(answer).toMatchObject({ scale: 1_000_000, unit: 'slices', budget: { spent: 3 } });
  });

  it('gives a series of the last day by default', async () => {
    const test = await buildForTest();
    const answer = (await test.app.inject(SERIES)).json();
    expect(answer).toMatchObject({
      from: '2026-11-20T12:00:00.000Z',
      to: '2026-11-21T12:00:00.000Z',
      items: [{ good: 1 }],
    });
    expect(test.view.calls).toEqual([
      {
        slo: DEFINITION.name,
        fromMillis: NOW - 86_400_000,
        toMillis: NOW,
        maxPoints: 300,
        objective: 'objective-0',
      },
    ]);
  });
});

/** Requests that are wrong, and the code and words of the answer. */
const WRONG: Readonly<Record<string, readonly [string, number, string, RegExp]>> = {
  'an SLO that is nearly one': [
    '/api/v1/slos/checkout-availabilty',
    404,
    'unknown-slo',
    /did you mean "checkout-availability"\?/,
  ],
  'an SLO that is none': [
    '/api/v1/slos/zzzzzzzzzzzzzzzz/status',
    404,
    'unknown-slo',
    /\/api\/v1\/slos lists them/,
  ],
  'an objective that is none': [
    `${STATUS}?objective=x`,
    404,
    'unknown-objective',
    /it has "objective-0", "stretch"/,
  ],
  'an instant that is no instant': [
    `${STATUS}?at=yesterday`,
    400,
    'bad-instant',
    /at must be an RFC 3339 instant/,
  ],
  'an instant without an offset': [`${STATUS}?at=2026-11-20T10:00:00`, 400, 'bad-instant', /Z or an offset/],
  'an instant whose plus became a blank': [
    `${STATUS}?at=2026-11-20T10:00:00+02:00`,
    400,
    'bad-instant',
    /%2B/,
  ],
  'an instant before 1970': [`${STATUS}?at=0000-01-01T00:00:00Z`, 400, 'bad-instant', /before 1970/],
  'an instant as a number': [`${STATUS}?at=1795168800`, 400, 'bad-instant', /not a number/],
  'a day that does not exist': [`${STATUS}?at=2026-02-30T10:00:00Z`, 400, 'bad-instant', /RFC 3339/],
  'an hour that does not exist': [`${STATUS}?at=2026-02-20T25:00:00Z`, 400, 'bad-instant', /RFC 3339/],
  'a range that ends before it begins': [
    `${SERIES}?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z`,
    400,
    'bad-range',
    /before/,
  ],
  'a range of years': [`${SERIES}?from=2020-11-21T00:00:00Z`, 400, 'bad-range', /400 days/],
  'too many points': [`${SERIES}?points=100000`, 400, 'too-many-points', /points must be <= 2000/],
  'points that are no number': [`${SERIES}?points=many`, 400, 'bad-request', /points must be integer/],
  'points without end': [`${SERIES}?points=Infinity`, 400, 'bad-request', /points must be a finite number/],
  'points beyond all numbers': [`${SERIES}?points=1e999`, 400, 'bad-request', /points must be a finite/],
  'a limit without end': ['/api/v1/alerts?limit=Infinity', 400, 'bad-request', /limit must be a finite/],
  'no points': [`${SERIES}?points=0`, 400, 'bad-request', /points must be >= 1/],
  'a limit too high': ['/api/v1/alerts?limit=5000', 400, 'bad-request', /limit must be <= 1000/],
  'a flag that is none': ['/api/v1/alerts?open=perhaps', 400, 'bad-request', /open must be boolean/],
  'an address that is none': ['/api/v1/nothing', 404, 'not-found', /openapi\.json/],
  'an address outside of the console': ['/../../etc/passwd', 404, 'not-found', /not served/],
  'a broken address': ['/api/v1/slos/%zz', 400, 'bad-request', /./],
  'faults without a demo': ['/api/v1/demo/faults', 404, 'no-demo', /npm run demo/],
};

describe('the API answers with a problem document for', () => {
  it.each(Object.entries(WRONG))('%s', async (_what, [url, status, code, detail]) => {
    const test = await buildForTest();
    const response = await test.app.inject(url);
    expect(response.statusCode, response.body).toBe(status);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.json()).toMatchObject({
      type: 'about:blank',
      status,
      code,
      title: expect.any(String),
      instance: expect.stringMatching(/^\//),
    });
    expect(response.json().detail).toMatch(detail);
  });

  it('a failure inside, without its words', async () => {
    const test = await buildForTest();
    test.view.slos = () => {
      throw new Error('secret words');
    };
    const response = await test.app.inject('/api/v1/slos');
    expect(response.json()).toMatchObject({ status: 500, code: 'internal-error' });
    expect(response.body).not.toContain('secret words');
  });

  it('a foreign host name', async () => {
    const test = await buildForTest();
    const ask = (host: string) => test.app.inject({ url: '/api/v1/slos', headers: { host } });
    expect((await ask('evil.example')).json()).toMatchObject({ status: 403, code: 'wrong-host' });
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080', 'LOCALHOST.']) {
      expect((await ask(host)).statusCode, host).toBe(200);
    }
  });

  it('a body that is not taken', async () => {
    const test = await buildForTest({ demoControlUrl: 'http://127.0.0.1:9' });
    const send = (payload: string, type: string) =>
      test.app.inject({
        method: 'PUT',
        url: '/api/v1/demo/faults/x',
        payload,
        headers: { 'content-type': type },
      });
    expect((await send('{"active":"yes, please"}', 'application/json')).json()).toMatchObject({
      code: 'bad-request',
    });
    expect((await send('{', 'application/json')).json()).toMatchObject({ status: 400, code: 'bad-request' });
    expect((await send('{"active":true}', 'text/plain')).json()).toMatchObject({
      status: 415,
      code: 'unsupported-media-type',
    });
    expect((await send('active=true', 'application/x-www-form-urlencoded')).json()).toMatchObject({
      code: 'unsupported-media-type',
    });
    expect((await send(`"${'x'.repeat(20_000)}"`, 'application/json')).json()).toMatchObject({
      code: 'request-too-large',
    });
    expect((await send('{"active":true}', 'application/json')).json()).toMatchObject({
      status: 502,
      code: 'demo-unreachable',
    });
  });
});

describe('GET /api/v1/services', () => {
  it('joins what the store saw with the states of SLOs', async () => {
    const rows = [
      { signal: 'traces', service: 'checkout', seen: String(NOW - 1_000) },
      { signal: 'logs', service: 'batch', seen: String(NOW - 2_000) },
    ];
    const test = await buildForTest({ store: fakeStore(() => rows) });
    expect((await test.app.inject('/api/v1/services')).json().items).toEqual([
      {
        name: 'batch',
        signals: { traces: null, metrics: null, logs: '2026-11-21T11:59:58.000Z' },
        worstState: null,
        slos: 0,
      },
      {
        name: 'checkout',
        signals: { traces: '2026-11-21T11:59:59.000Z', metrics: null, logs: null },
        worstState: 'burning',
        slos: 1,
      },
      { name: 'login', signals: { traces: null, metrics: null, logs: null }, worstState: 'ok', slos: 1 },
    ]);
  });

  it('answers from the SLOs when the store does not', async () => {
    const store = fakeStore(() => {
      throw new Error('the store is away');
    });
    const test = await buildForTest({ store });
    const response = await test.app.inject('/api/v1/services');
    expect(response.statusCode).toBe(200);
    expect(response.json().items.map(({ name }: { name: string }) => name)).toEqual(['checkout', 'login']);
  });

  it('asks the store once for many readers', async () => {
    let asked = 0;
    const store = fakeStore(() => {
      asked++;
      return [];
    });
    const test = await buildForTest({ store });
    await Promise.all(Array.from({ length: 20 }, () => test.app.inject('/api/v1/services')));
    await test.app.inject('/api/v1/services');
    expect(asked).toBe(1);
  });
});

describe('GET /api/v1/alerts, /problems and /info', () => {
  it('pass their filters on', async () => {
    const test = await buildForTest();
    const answer = await test.app.inject('/api/v1/alerts?open=true&slo=a&service=b&limit=7');
    expect(answer.json()).toEqual({ items: [ALERT] });
    await test.app.inject('/api/v1/alerts');
    expect(test.view.calls).toEqual([
      { slo: 'a', service: 'b', openOnly: true, limit: 7 },
      { openOnly: false, limit: 100 },
    ]);
  });

  it('tell the problems of files', async () => {
    const test = await buildForTest();
    expect((await test.app.inject('/api/v1/problems')).json().items[0]).toMatchObject({
      file: 'bad.yaml',
      line: 3,
    });
  });

  it('tell what the process is', async () => {
    const test = await buildForTest();
    const info = (await test.app.inject('/api/v1/info')).json();
    expect(info).toMatchObject({
      version: '1.2.3',
      mode: 'embedded',
      ports: { sql: 8123, api: 8080 },
      demo: false,
    });
  });
});

describe('/api/v1/demo/faults', () => {
  it('passes reads and switches on to the demo', async () => {
    const seen: string[] = [];
    const control = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push(`${request.method} ${request.url} ${body}`);
      const known = request.url !== '/faults/none';
      response.writeHead(known ? 200 : 404).end(known ? '{"items":[]}' : '{"detail":"No fault none"}');
    });
    await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
    const test = await buildForTest({
      demoControlUrl: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    });
    expect((await test.app.inject('/api/v1/demo/faults')).json()).toEqual({ items: [] });
    const put = (name: string) =>
      test.app.inject({ method: 'PUT', url: `/api/v1/demo/faults/${name}`, payload: { active: true } });
    await put('payment%2Ferrors');
    expect((await put('none')).json()).toMatchObject({
      status: 404,
      code: 'unknown-fault',
      detail: 'No fault none',
    });
    expect(seen).toEqual([
      'GET /faults ',
      'PUT /faults/payment%2Ferrors {"active":true}',
      'PUT /faults/none {"active":true}',
    ]);
    expect((await test.app.inject('/api/v1/info')).json().demo).toBe(true);
    control.close();
  });
});

describe('/healthz, /readyz and /metrics', () => {
  it('tell whether the process runs and can work', async () => {
    const test = await buildForTest({
      ready: () => ({ ok: false, reasons: ['the engine state is being read'] }),
    });
    expect((await test.app.inject('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await test.app.inject('/readyz')).json()).toMatchObject({
      status: 503,
      code: 'not-ready',
      detail: 'the engine state is being read',
    });
    const ready = await buildForTest();
    expect((await ready.app.inject('/readyz')).statusCode).toBe(200);
  });

  it('give the figures of this role, or those of a function', async () => {
    const test = await buildForTest();
    await test.app.inject(`${STATUS}?at=x`);
    const { body } = await test.app.inject('/metrics');
    expect(body).toContain(
      'valet_api_request_seconds_count{route="/api/v1/slos/:name/status",status="400"} 1',
    );
    const merged = await buildForTest({
      metrics: async () => ({ contentType: 'text/plain', text: 'all_roles 1\n' }),
    });
    expect((await merged.app.inject('/metrics')).body).toBe('all_roles 1\n');
  });
});
