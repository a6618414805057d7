import { describe, expect, it } from 'vitest';
import { buildForTest } from './support.ts';

describe('the console', () => {
  it('is served at / with its files, under a strict policy', async () => {
    const test = await buildForTest();
    const page = await test.app.inject('/');
    expect(page.body).toContain('<title>Valet</title>');
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect(page.headers['x-frame-options']).toBe('DENY');
    const script = await test.app.inject('/views/a.js');
    expect(script.headers['content-type']).toMatch(/javascript/);
  });

  it('is answered 304 while a file is the same', async () => {
    const test = await buildForTest();
    const { headers } = await test.app.inject('/main.js');
    expect(headers['cache-control']).toBe('no-cache');
    const again = await test.app.inject({
      url: '/main.js',
      headers: { 'if-none-match': String(headers.etag) },
    });
    expect(again.statusCode).toBe(304);
  });

  it('keeps files that are not its own to itself', async () => {
    const test = await buildForTest();
    for (const url of [
      '/tsconfig.json',
      '/views',
      '/views/',
      '/nothing.js',
      '/%2e%2e/package.json',
      '/vendor/lit-html/package.json',
      '/vendor/uplot/uPlot.d.ts',
      '/vendor/uplot/../../package.json',
      '/vendor/pino/pino.js',
      '/vendor/lit-html/node/lit-html.js',
    ]) {
      expect((await test.app.inject(url)).statusCode, url).toBe(404);
    }
  });
});

describe('/vendor/', () => {
  it.each([
    'lit-html/lit-html.js',
    'lit-html/directive.js',
    'lit-html/directives/repeat.js',
    'uplot/uPlot.esm.js',
    'uplot/uPlot.min.css',
  ])('serves %s for browsers', async (path) => {
    const test = await buildForTest();
    const { statusCode, headers, body } = await test.app.inject(`/vendor/${path}`);
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toMatch(path.endsWith('.css') ? /css/ : /javascript/);
    expect(body.length).toBeGreaterThan(100);
  });
});
