/** A whole Valet as a child process on free ports and a data directory of its own, for acceptance tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_LIMIT_MILLIS = 90_000;

export interface ValetPorts {
  readonly grpc: number;
  readonly http: number;
  readonly api: number;
  readonly sql: number;
}

export interface ValetOptions {
  /** SLO files by name. */
  readonly slos?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** What `--role` says; without it all roles run. */
  readonly role?: string;
}

export class ValetProcess {
  readonly folder: string;
  readonly sloDir: string;
  readonly ports: ValetPorts;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #role: string | undefined;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(folder: string, ports: ValetPorts, options: ValetOptions) {
    this.folder = folder;
    this.sloDir = join(folder, 'slos');
    this.ports = ports;
    this.#environment = options.environment ?? {};
    this.#role = options.role;
  }

  /** Makes a data directory, writes the SLO files, starts Valet and waits until it is ready. */
  static async start(options: ValetOptions = {}): Promise<ValetProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'valet-acceptance-'));
    const [grpc, http, api, sql] = await freePorts();
    const valet = new ValetProcess(folder, { grpc, http, api, sql }, options);
    mkdirSync(valet.sloDir);
    for (const [name, text] of Object.entries(options.slos ?? {}))
      writeFileSync(join(valet.sloDir, name), text);
    await valet.restart();
    return valet;
  }

  /** Everything the process has printed so far. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  get exitCode(): number | null {
    return this.#child?.exitCode ?? null;
  }

  /** Starts the process (again) on the same directory and waits until it is ready. */
  async restart(): Promise<void> {
    const role = this.#role === undefined ? [] : ['--role', this.#role];
    const child = spawn(process.execPath, ['valet.ts', 'serve', ...role], {
      cwd: ROOT,
      env: {
        ...process.env,
        VALET_DATA_DIR: join(this.folder, 'data'),
        VALET_SLO_DIR: this.sloDir,
        VALET_OTLP_GRPC_PORT: String(this.ports.grpc),
        VALET_OTLP_HTTP_PORT: String(this.ports.http),
        VALET_API_PORT: String(this.ports.api),
        VALET_SQL_PORT: String(this.ports.sql),
        VALET_LOG_LEVEL: 'warn',
        // Live points would make what a test sends from the past late.
        VALET_SELF_TELEMETRY_SECONDS: '0',
        ...this.#environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.#output += chunk));
    await this.#untilReady(child);
  }

  /** kill -9; resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Orderly end. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Stops and removes the directory. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A statement through the SQL endpoint; rows as objects. Throws with the endpoint's own words. */
  async sql<Row = Record<string, unknown>>(statement: string): Promise<readonly Row[]> {
    const response = await fetch(`http://127.0.0.1:${this.ports.sql}/?default_format=JSON`, {
      method: 'POST',
      body: statement,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${statement}: ${response.status} ${text}`);
    return (JSON.parse(text) as { data: readonly Row[] }).data;
  }

  /** An API answer; throws when it is not 2xx. */
  async api<Body>(path: string): Promise<Body> {
    const response = await fetch(`http://127.0.0.1:${this.ports.api}/api/v1${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Body;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MILLIS;
    while (Date.now() < deadline) {
      if (child.exitCode !== null) throw new Error(`Valet ended with ${child.exitCode}: ${this.#output}`);
      const ready = await fetch(`http://127.0.0.1:${this.ports.api}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await sleep(100);
    }
    throw new Error(`Valet was not ready in time: ${this.#output}`);
  }
}

/** Polls until the probe gives a value; throws with `what` after the limit. */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined>,
  limitMillis = 60_000,
): Promise<Value> {
  const deadline = Date.now() + limitMillis;
  while (Date.now() < deadline) {
    const value = await probe();
    if (value !== undefined) return value;
    await sleep(100);
  }
  throw new Error(`Not seen in time: ${what}`);
}

/** Four ports nobody listens on at the moment. */
export async function freePorts(): Promise<[number, number, number, number]> {
  const servers = await Promise.all(
    [0, 1, 2, 3].map(async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as [number, number, number, number];
}
