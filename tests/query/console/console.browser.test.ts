import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SloSummary } from '../../../engine/core/types.ts';
import {
  burningFixture,
  emptyFixture,
  exhaustedFixture,
  type Fixture,
  healthyFixture,
  INFO,
  manyFixture,
  noDataFixture,
} from './fixture-data.ts';
import { type ConsoleOptions, type OpenConsole, PHONE, TestBrowser, textOf } from './open-console.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await TestBrowser.launch();
});
afterEach(() => browser.closeConsoles());
afterAll(() => browser[Symbol.asyncDispose]());

const open = async (fixture: Fixture, hash = '', options: ConsoleOptions = {}): Promise<OpenConsole> => {
  const opened = await browser.open(fixture, options);
  await opened.visit(hash);
  await opened.page.locator('.connection.live').waitFor();
  return opened;
};

/** Asks until the answer is as expected; long enough for a busy machine. */
const poll = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000, interval: 50 });

const change = (fixture: Fixture, name: string, changes: Partial<SloSummary>): void => {
  fixture.slos = fixture.slos.map((slo) => (slo.name === name ? { ...slo, ...changes } : slo));
};

describe('the overview', () => {
  it('puts open alerts with their reasons before everything else', async () => {
    const { page, complaints } = await open(burningFixture());
    const alerts = page.locator('.alerts > li');
    expect(await alerts.count()).toBe(3);
    expect(await textOf(alerts.first())).toMatch(/page\s+payment-errors/i);
    expect(await textOf(alerts.first())).toContain('Burn above 14.4 in both windows');
    expect(await textOf(page.locator('.glance-title'))).toBe('1 budget is spent, 2 SLOs are burning.');
    expect(await page.title()).toBe('(1 page, 1 exhausted) Overview · Valet');
    expect(await page.locator('link[rel="icon"]').getAttribute('href')).toBe('/icons/favicon-exhausted.svg');
    expect(complaints).toEqual([]);
  });

  it('explains an alert with the counts of both windows and its traces', async () => {
    const { page } = await open(burningFixture());
    const alert = page.locator('.alerts > li').first();
    await alert.locator('summary').click();
    expect(await alert.locator('tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/^1.h\s+2,858\s+151,200\s+18\.9×\s+14\.4×$/),
      expect.stringMatching(/^5.min\s+771\s+12,600\s+61\.2×\s+14\.4×$/),
    ]);
    expect(await textOf(alert)).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it('does not clamp an overspent budget', async () => {
    const { page } = await open(exhaustedFixture());
    const row = page.getByRole('row', { name: /Payments succeed/ });
    expect(await textOf(row.locator('.cell-budget b'))).toMatch(/^−240\s%$/);
    expect(await row.locator('.budget-bar .beyond').count()).toBe(1);
  });

  it('names problems of SLO files with place, property and message', async () => {
    const { page } = await open(burningFixture());
    const text = await textOf(page.locator('.problems'));
    expect(text).toContain('shop/cart.yaml:14');
    expect(text).toContain('spec.objectives[0].target');
    expect(text).toContain('write 0.9995');
  });

  it('says when a signal of a service went silent', async () => {
    const { page } = await open(burningFixture());
    const tile = page.locator('.tile', { hasText: 'cart' });
    expect(await textOf(tile.locator('.silent'))).toMatch(/11.min silent/);
  });

  it('shows SLOs without events without a number', async () => {
    const { page } = await open(noDataFixture());
    expect(await textOf(page.locator('.glance-title'))).toBe('No SLO has enough data to judge.');
    expect(await textOf(page.locator('.cell-budget b').first())).toBe('—');
  });

  it('tells how to send as long as nothing arrived, and turns into the overview by itself', async () => {
    const { page, server } = await open(emptyFixture());
    expect(await textOf(page.locator('.welcome'))).toContain(
      'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318',
    );
    server.fixture = healthyFixture();
    server.announce();
    await page.locator('table.slos').waitFor();
    expect(await page.locator('.welcome').count()).toBe(0);
  });
});

describe('filters of the overview', () => {
  it('filters by text, keeps the filter in the address, and restores it from there', async () => {
    const { page, visit } = await open(burningFixture());
    await page.keyboard.press('/');
    await page.keyboard.type('payment');
    await poll(() => page.locator('table.slos tbody tr').count()).toBe(3);
    expect(page.url()).toMatch(/#\/\?q=payment$/);
    await visit('#/?q=payment');
    await page.reload();
    await page.waitForSelector('table.slos');
    expect(await page.locator('table.slos tbody tr').count()).toBe(3);
    expect(await page.getByPlaceholder('Find SLOs').inputValue()).toBe('payment');
  });

  it('filters by the state that is clicked, and back', async () => {
    const { page } = await open(burningFixture());
    const burning = page.getByRole('button', { name: /2 Burning/ });
    await burning.click();
    await poll(() => page.locator('table.slos tbody tr').count()).toBe(2);
    expect(await burning.getAttribute('aria-pressed')).toBe('true');
    await burning.click();
    await poll(() => page.locator('table.slos tbody tr').count()).toBe(10);
  });

  it('filters by the service that is clicked without leaving the place', async () => {
    const { page } = await open(manyFixture(), '', { viewport: { width: 1280, height: 500 } });
    await page.mouse.wheel(0, 100);
    await poll(() => page.evaluate<number>('scrollY')).toBe(100);
    await page.locator('.tile a', { hasText: 'service-14' }).click();
    await poll(() => page.locator('table.slos tbody tr').count()).toBe(10);
    expect(await page.evaluate<number>('scrollY')).toBe(100);
  });

  it('says when nothing matches', async () => {
    const { page } = await open(burningFixture(), '#/?q=nothing-like-it');
    expect(await textOf(page.locator('.empty-title'))).toBe('No SLO matches');
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await poll(() => page.locator('table.slos tbody tr').count()).toBe(10);
  });
});

describe('live updates', () => {
  it('change a number in place, and keep scroll position, focus and unfolded details', async () => {
    const { page, server } = await open(burningFixture());
    const row = page.getByRole('row', { name: /Gateway answers within/ });
    await page.locator('.alerts summary').first().click();
    await row.getByRole('link').focus();
    const scroll = await page.evaluate<number>('scrollY');
    await row.evaluate((element) => element.setAttribute('data-same', 'yes'));
    change(server.fixture, 'gateway-latency', { remainingRatio: 0.123 });
    server.announce();
    await poll(() => textOf(row.locator('.cell-budget b'))).toMatch(/^12\.3\s%$/);
    expect(await row.getAttribute('data-same')).toBe('yes');
    expect(await page.evaluate<number>('scrollY')).toBe(scroll);
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe(
      'Gateway answers within 300 ms',
    );
    expect(await page.locator('.alerts details[open]').count()).toBe(1);
  });

  it('change title and icon when an alert fires', async () => {
    const { page, server } = await open(healthyFixture());
    expect(await page.title()).toBe('Overview · Valet');
    server.fixture = burningFixture();
    server.announce();
    await poll(() => page.title()).toBe('(1 page, 1 exhausted) Overview · Valet');
  });

  it('are polled for while the stream is away, and followed again when it is back', async () => {
    const { page, server } = await open(healthyFixture());
    await page.locator('.connection.live').waitFor();
    server.cut();
    await page.locator('.connection.polling').waitFor();
    await page.locator('.connection.live').waitFor();
    await poll(() => server.streams).toBe(1);
  });
});

describe('an API that is away', () => {
  it('leaves the last figures with their age under a banner, and recovers', async () => {
    const { page, server } = await open(healthyFixture());
    server.behaviour = 'down';
    server.cut();
    await page.locator('.banner').waitFor();
    expect(await textOf(page.locator('.banner'))).toMatch(
      /does not answer\. The figures below are from .+ ago/,
    );
    expect(await page.locator('main').getAttribute('class')).toBe('dimmed');
    expect(await page.locator('table.slos tbody tr').count()).toBe(10);
    expect(await page.locator('link[rel="icon"]').getAttribute('href')).toBe('/icons/favicon-away.svg');
    server.behaviour = 'up';
    await page.locator('.banner').waitFor({ state: 'detached' });
    expect(await page.locator('main').getAttribute('class')).toBe('');
  });

  it('is told when nothing could be read yet', async () => {
    const { server, page, url } = await browser.open(healthyFixture());
    server.behaviour = 'failing';
    await page.goto(url);
    await page.locator('.failed').waitFor();
    expect(await textOf(page.locator('.failed'))).toContain('503');
    server.behaviour = 'up';
    await page.locator('table.slos').waitFor();
  });
});

describe('one SLO', () => {
  const address = '#/slo/payment-errors?objective=objective-0';

  it('shows figures, curves, tiers, alerts and the definition as written', async () => {
    const { page, complaints } = await open(burningFixture(), address);
    await page.locator('curve-chart canvas').nth(2).waitFor();
    expect(await textOf(page.locator('h1'))).toBe('Payments succeed');
    expect(await textOf(page.locator('.figure-budget'))).toMatch(
      /28\s%[\s\S]+78\.4\sk bad of 109\sk allowed/,
    );
    expect(await page.locator('table.tiers tbody tr').count()).toBe(4);
    const page1h = page.locator('table.tiers tbody tr').first();
    expect(await textOf(page1h)).toMatch(/14\.4×[\s\S]+18\.9×[\s\S]+61\.2×[\s\S]+Firing/);
    expect(await textOf(page.locator('.definition'))).toContain('span.kind == SPAN_KIND_SERVER');
    expect(await textOf(page.locator('.curve-readout').first())).toMatch(/% at /);
    expect(complaints).toEqual([]);
  });

  it('names tiers that were left out, with the reason', async () => {
    const fixture = healthyFixture();
    change(fixture, 'catalogue-volume', { target: 0.9 });
    const { page } = await open(fixture, '#/slo/catalogue-volume');
    expect(await page.locator('table.tiers tbody tr').count()).toBe(3);
    expect(await textOf(page.locator('.omitted'))).toContain('factor 14.4 is unreachable');
  });

  it('changes the range and the objective in the address, and asks for them', async () => {
    const { page, server } = await open(burningFixture(), address);
    await page.getByRole('button', { name: '7d' }).click();
    await poll(() => page.url()).toContain('range=7d');
    await page.getByRole('button', { name: 'Acceptable' }).click();
    await poll(() => textOf(page.locator('.figure-budget'))).toMatch(/93\s%/);
    expect(page.url()).toContain('objective=objective-1');
    const asked = server.asked.filter((path) => path.includes('/series')).at(-1) ?? '';
    const query = new URL(asked, 'http://fixture').searchParams;
    expect(Date.parse(query.get('to') ?? '') - Date.parse(query.get('from') ?? '')).toBe(7 * 86_400_000);
    expect(query.get('objective')).toBe('objective-1');
  });

  it('reads the curve by the arrow keys', async () => {
    const { page } = await open(burningFixture(), address);
    const readout = page.locator('.curve-readout').first();
    await page.locator('.curve-host').first().focus();
    const newest = await textOf(readout);
    await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowLeft');
    await poll(() => textOf(readout)).not.toBe(newest);
  });

  it('is told apart from one that does not exist', async () => {
    const { page } = await open(burningFixture(), '#/slo/nobody');
    await poll(() => textOf(page.locator('h1'))).toBe('No such SLO');
  });
});

describe('routing', () => {
  it('goes to an SLO and back to where the list was', async () => {
    const { page } = await open(manyFixture());
    const link = page.locator('table.slos a').nth(120);
    await link.scrollIntoViewIfNeeded();
    await poll(() => page.evaluate<number>('scrollY')).toBeGreaterThan(1000);
    const scroll = await page.evaluate<number>('scrollY');
    await link.click();
    await page.locator('.view-slo h1').waitFor();
    expect(await page.evaluate<number>('scrollY')).toBe(0);
    await page.goBack();
    await page.locator('.view-overview').waitFor();
    await poll(() => page.evaluate<number>('scrollY')).toBe(scroll);
    await page.goForward();
    await page.locator('.view-slo').waitFor();
  });

  it('moves the focus to the heading of a new view', async () => {
    const { page } = await open(healthyFixture());
    await page.getByRole('link', { name: 'Send data' }).click();
    await poll(() => page.evaluate<string>('document.activeElement.textContent')).toBe('Send data');
  });

  it('tells an address that leads nowhere', async () => {
    const { page } = await open(healthyFixture(), '#/nowhere');
    expect(await textOf(page.locator('h1'))).toBe('Nothing here');
  });
});

describe('the other views', () => {
  it('filter alerts by standing and severity', async () => {
    const { page } = await open(burningFixture(), '#/alerts');
    expect(await page.locator('.alerts > li').count()).toBe(12);
    await page.getByRole('button', { name: 'Open' }).click();
    await poll(() => page.locator('.alerts > li').count()).toBe(4);
    await page.getByLabel('Severity').selectOption('page');
    await poll(() => page.locator('.alerts > li').count()).toBe(1);
  });

  it('tell how to send with the ports the API names', async () => {
    const { page } = await open(healthyFixture(), '#/send');
    expect(await textOf(page.locator('.ports'))).toContain('http://127.0.0.1:14318');
  });

  it('turn a fault of the demo on', async () => {
    const { page, server } = await open(healthyFixture(), '#/demo');
    const fault = page.getByRole('switch', { name: 'Fault payment-errors' });
    expect(await fault.getAttribute('aria-checked')).toBe('false');
    await fault.click();
    await poll(() => fault.getAttribute('aria-checked')).toBe('true');
    expect(server.fixture.faults?.find(({ name }) => name === 'payment-errors')?.active).toBe(true);
  });

  it('leave the demo out where there is none, without asking for it', async () => {
    const fixture = { ...healthyFixture(), faults: null, info: { ...INFO, demo: false } };
    const { page, server, complaints } = await open(fixture);
    await page.locator('.connection.live').waitFor();
    expect(await page.getByRole('link', { name: 'Demo' }).count()).toBe(0);
    expect(server.asked.filter((path) => path.includes('demo'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('the look', () => {
  it('turns to light, dark and back to the system, and is kept', async () => {
    const { page } = await open(healthyFixture(), '', { scheme: 'dark' });
    const background = () =>
      page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const dark = await background();
    await page.getByRole('button', { name: /^Theme/ }).click();
    const light = await background();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.waitForSelector('.glance');
    expect(await background()).toBe(light);
    await page.getByRole('button', { name: /^Theme/ }).click();
    expect(await background()).toBe(dark);
  });

  const views = ['', '#/slo/payment-errors', '#/alerts', '#/send', '#/demo'];
  it('never scrolls sideways on a phone of 360 pixels', async () => {
    const { page, visit, overflow } = await open(burningFixture(), '', { viewport: PHONE });
    for (const view of views) {
      await visit(view);
      await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
      expect(await overflow(), `view ${view}`).toBe(0);
    }
  });

  it('draws three hundred SLOs', async () => {
    const { page, overflow, complaints } = await open(manyFixture());
    expect(await page.locator('table.slos tbody tr').count()).toBe(300);
    expect(await page.locator('.tile').count()).toBe(12);
    expect(await overflow()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('gives every control a name', async () => {
    const { page, visit } = await open(burningFixture());
    for (const view of views) {
      await visit(view);
      const nameless = await page.evaluate<number>(
        "[...document.querySelectorAll('button, a, input, select')].filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim() || each.labels?.[0]?.textContent.trim())).length",
      );
      expect(nameless, `view ${view}`).toBe(0);
    }
  });
});
