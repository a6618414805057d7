/** A small server with the console's real files and answers made of a fixture. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SECURITY_HEADERS } from '../../../query/api/security-headers.ts';
import { definitionOf, type Fixture, seriesOf, statusOf } from './fixture-data.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const FOLDERS = [
  ['/vendor/lit-html/', 'node_modules/lit-html/'],
  ['/vendor/uplot/', 'node_modules/uplot/dist/'],
  ['/', 'query/console/'],
] as const;

/** How the API behaves: answers, answers 503, or drops the connection. */
export type Behaviour = 'up' | 'failing' | 'down';

export class FixtureServer {
  fixture: Fixture;
  behaviour: Behaviour = 'up';
  /** Paths of the API asked for so far. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();

  constructor(fixture: Fixture) {
    this.fixture = fixture;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** Tells every open page that something changed. */
  announce(): void {
    for (const stream of this.#streams)
      stream.write(`event: update\ndata: {"at":"${new Date().toISOString()}"}\n\n`);
  }

  /** Breaks every stream of updates. */
  cut(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fixture');
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    if (!url.pathname.startsWith('/api/')) return sendFile(url.pathname, response);
    this.asked.push(url.pathname + url.search);
    if (this.behaviour === 'down') return void response.destroy();
    if (this.behaviour === 'failing') return problem(response, 503, 'starting');
    if (url.pathname === '/api/v1/updates') return this.#stream(response);
    if (request.method === 'PUT') return this.#turn(request, response, url.pathname);
    const body = this.#body(url);
    return body === null ? problem(response, 404, 'not-found') : json(response, 200, body);
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 2000\n\n');
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  async #turn(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { active } = JSON.parse(Buffer.concat(chunks).toString()) as { active: boolean };
    const fault = this.fixture.faults?.find((each) => path.endsWith(`/${each.name}`));
    if (fault === undefined) return problem(response, 404, 'no-demo');
    fault.active = active;
    json(response, 200, fault);
  }

  #body(url: URL): object | null {
    const { services, slos, alerts, problems, faults, info } = this.fixture;
    const [, , , collection = '', name, part] = url.pathname.split('/');
    if (collection === 'services') return { items: services };
    if (collection === 'problems') return { items: problems };
    if (collection === 'info') return info;
    if (collection === 'demo') return faults === null ? null : { items: faults };
    if (collection === 'slos')
      return name === undefined ? { items: slos } : this.#ofSlo(decodeURIComponent(name), part, url);
    if (collection !== 'alerts') return null;
    const slo = url.searchParams.get('slo');
    const openOnly = url.searchParams.get('open') === 'true';
    return {
      items: alerts.filter(
        (each) => (slo === null || each.slo === slo) && (!openOnly || each.endedAt === null),
      ),
    };
  }

  #ofSlo(name: string, part: string | undefined, url: URL): object | null {
    const found = this.fixture.slos.find((slo) => slo.name === name);
    if (found === undefined) return null;
    const objective = url.searchParams.get('objective') ?? found.objective;
    const slo =
      objective === 'objective-1'
        ? { ...found, objective, target: 0.99, state: 'ok' as const, remainingRatio: 0.93, firing: [] }
        : found;
    if (part === undefined) return definitionOf(slo);
    if (part === 'status') return statusOf(slo);
    const from = url.searchParams.get('from') ?? '';
    const to = url.searchParams.get('to') ?? '';
    const points = Number(url.searchParams.get('points'));
    return {
      slo: name,
      objective,
      from,
      to,
      items: seriesOf(slo, { from: Date.parse(from), to: Date.parse(to), points }),
    };
  }
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const wanted = normalize(path === '/' ? '/index.html' : path);
  const [prefix, folder] = FOLDERS.find(([each]) => wanted.startsWith(each)) ?? FOLDERS[2];
  try {
    const bytes = await readFile(join(ROOT, folder, wanted.slice(prefix.length)));
    response.writeHead(200, { 'content-type': TYPES[extname(wanted)] ?? 'application/octet-stream' });
    response.end(bytes);
  } catch {
    problem(response, 404, 'not-found');
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', title: `The fixture answers ${status}`, status, code }));
}
