/** Valet as a child process of the demo. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_LIMIT_MILLIS = 120_000;

export interface ValetProcess {
  /** Resolves with the exit code when the process has ended. */
  readonly ended: Promise<number>;
  /** Asks it to drain and end; resolves when it has. */
  close(): Promise<void>;
}

/** Starts `valet serve` and waits until it is ready. Rejects when it ends before or is not ready in two minutes. */
export async function startValet(environment: Record<string, string>, apiUrl: string): Promise<ValetProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../valet.ts', import.meta.url)), 'serve'], {
    // Points of its own would be live data before the history, which came too late then.
    env: { VALET_SELF_TELEMETRY_SECONDS: '0', ...process.env, ...environment },
    // Its own group, so that Ctrl-C reaches the demo first; the channel ends it when the demo dies.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
  await untilReady(child, apiUrl);
  const close = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { ended, close };
}

async function untilReady(child: ChildProcess, apiUrl: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MILLIS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error('Valet could not start; its message is above');
    const ready = await fetch(`${apiUrl}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await sleep(200);
  }
  child.kill('SIGTERM');
  throw new Error(`Valet was not ready at ${apiUrl}/readyz within two minutes`);
}
