import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiTest, build } from '../api/support.ts';
import { TestBrowser, textOf } from './open-console.ts';

const consoleDir = fileURLToPath(new URL('../../../query/console', import.meta.url));
const info = {
  version: '1.2.3',
  mode: 'embedded',
  ports: { otlpGrpc: 4317, otlpHttp: 14_318, sql: 8123, api: 8080 },
} as const;

let browser: TestBrowser;
let api: ApiTest;
beforeAll(async () => {
  api = await build({ consoleDir, info, now: Date.now });
  browser = await TestBrowser.launch();
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

it('the console works over the API as it is served', async () => {
  const url = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { page, complaints } = await browser.openPage();
  await page.goto(url);
  await page.locator('.connection.live').waitFor();
  expect(await textOf(page.locator('.glance-title'))).toBe('1 SLO is burning.');
  await page.getByRole('link', { name: 'Checkout works' }).first().click();
  await page.locator('.definition').waitFor();
  expect(await textOf(page.locator('.definition'))).toContain('span.kind == 2');
  await page.getByRole('button', { name: 'Stretch' }).click();
  await expect
    .poll(() => api.view.calls, { timeout: 20_000 })
    .toContainEqual(expect.objectContaining({ slo: 'checkout-availability', objective: 'stretch' }));
  await page.getByRole('link', { name: 'Send data' }).click();
  expect(await textOf(page.locator('.ports'))).toContain('http://127.0.0.1:14318');
  expect(complaints).toEqual([]);
});
