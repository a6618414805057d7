/** Consoles in a real browser, which report everything it complains about. */
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { Fixture } from './fixture-data.ts';
import { FixtureServer } from './fixture-server.ts';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const DESKTOP = { width: 1280, height: 900 } as const;
export const PHONE = { width: 360, height: 780 } as const;

export interface OpenConsole {
  readonly server: FixtureServer;
  readonly page: Page;
  /** Errors of the page, of its console and of its content security policy, as they happened. */
  readonly complaints: readonly string[];
  readonly url: string;
  /** Goes to a view and waits until it is drawn. */
  visit(hash: string): Promise<void>;
  /** Pixels by which the page is wider than its window. */
  overflow(): Promise<number>;
}

export interface ConsoleOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly scheme?: 'light' | 'dark';
}

/** One Chromium with a profile of its own; every console opened in it has its own storage. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #cleanups: (() => Promise<unknown>)[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts it. Throws when there is no Chromium at `CHROMIUM_PATH`, by default /usr/bin/chromium. */
  static async launch(): Promise<TestBrowser> {
    const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
    return new TestBrowser(await chromium.launch({ executablePath, headless: true, args: ARGUMENTS }));
  }

  /** A console over a fixture. */
  async open(fixture: Fixture, options: ConsoleOptions = {}): Promise<OpenConsole> {
    const server = new FixtureServer(fixture);
    const url = await server.start();
    this.#cleanups.push(() => server.stop());
    const { page, complaints } = await this.openPage(options);
    const visit = async (hash: string) => {
      await page.goto(`${url}/${hash}`);
      await page.waitForSelector('.view:not(:has(.skeleton))');
    };
    const overflow = () => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    return { server, page, complaints, url, visit, overflow };
  }

  /** An empty page. */
  async openPage(options: ConsoleOptions = {}): Promise<Pick<OpenConsole, 'page' | 'complaints'>> {
    const { viewport = DESKTOP, scheme = 'light' } = options;
    const context = await this.#browser.newContext({ viewport, colorScheme: scheme });
    this.#cleanups.push(() => context.close());
    const page = await context.newPage();
    return { page, complaints: listen(page) };
  }

  /** Closes what was opened so far. */
  async closeConsoles(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeConsoles();
    await this.#browser.close();
  }
}

/** The text of an element as it is rendered. */
export async function textOf(locator: Locator): Promise<string> {
  await locator.first().waitFor();
  return (await locator.allInnerTexts())[0] ?? '';
}

function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    complaints.push(`${message.type()}: ${message.text()} ${message.location().url}`);
  });
  return complaints;
}
