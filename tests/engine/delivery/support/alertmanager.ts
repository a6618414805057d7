/** A real Alertmanager (Debian package `prometheus-alertmanager`) on a free port, started as often as wanted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePorts } from '../../../support/valet-process.ts';

/** An alert as Alertmanager tells it. */
export interface KnownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly status: { readonly state: string };
}

/** See above. */
export class Alertmanager {
  readonly url: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(folder: string, url: string) {
    this.#folder = folder;
    this.url = url;
  }

  /** Starts one with a configuration; throws with its output when it does not come up. */
  static async start(configuration: string): Promise<Alertmanager> {
    const folder = mkdtempSync(join(tmpdir(), 'valet-alertmanager-'));
    const [port] = await freePorts();
    writeFileSync(join(folder, 'alertmanager.yml'), configuration);
    const alertmanager = new Alertmanager(folder, `http://127.0.0.1:${port}`);
    await alertmanager.restart();
    return alertmanager;
  }

  /** Starts it again on what it kept. */
  async restart(): Promise<void> {
    const child = spawn('prometheus-alertmanager', [
      `--config.file=${join(this.#folder, 'alertmanager.yml')}`,
      `--storage.path=${join(this.#folder, 'data')}`,
      `--web.listen-address=${this.url.replace('http://', '')}`,
      '--cluster.listen-address=',
    ]);
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.#output += chunk));
    child.on('error', (error) => (this.#output += error.message));
    await eventually(`Alertmanager\n${this.#output}`, async () => {
      if (child.exitCode !== null || child.pid === undefined)
        throw new Error(`Alertmanager ended\n${this.#output}`);
      const ready = await fetch(`${this.url}/-/ready`).catch(() => undefined);
      return ready?.ok ? true : undefined;
    });
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.pid === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  /** The alerts that fire. */
  async active(): Promise<readonly KnownAlert[]> {
    const response = await fetch(`${this.url}/api/v2/alerts`);
    return (await response.json()) as readonly KnownAlert[];
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
