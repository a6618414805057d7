/** What an operator meets: readiness, metrics, orderly and disorderly ends, mistakes at the start. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, ValetProcess } from '../support/valet-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let valet: ValetProcess;

beforeAll(async () => {
  valet = await ValetProcess.start({
    environment: { VALET_ALLOWED_HOSTS: 'slo.example.com, Other.example.com' },
  });
});
afterAll(async () => {
  await valet.remove();
});

describe('a running Valet', () => {
  test('serves OpenMetrics of all its roles, and docs/metrics.md lists every one of them', async () => {
    const read = async () => {
      const response = await fetch(`http://127.0.0.1:${valet.ports.api}/metrics`);
      return { type: response.headers.get('content-type'), text: await response.text() };
    };
    const { type, text } = await eventually('metrics of every role', async () => {
      const page = await read();
      return ['writer', 'engine', 'receiver', 'sql', 'api'].every((role) =>
        page.text.includes(`# TYPE valet_${role}_`),
      )
        ? page
        : undefined;
    });
    expect(type).toContain('application/openmetrics-text');
    expect(text.endsWith('# EOF\n')).toBe(true);
    const served = [...text.matchAll(/^# TYPE (valet_\w+) (\w+)$/gm)].map(
      ([, name, kind]) => `${name} ${kind}`,
    );
    const page = readFileSync(`${ROOT}/docs/metrics.md`, 'utf8');
    const listed = [...page.matchAll(/^\| `(valet_\w+)` +\| (\w+) +\|/gm)].map(
      ([, name, kind]) => `${name} ${kind}`,
    );
    expect(listed.sort()).toEqual(served.sort());
  });

  test('answers on API and SQL to the host names of the settings, and to no foreign one', async () => {
    const statusOf = (port: number, host: string) =>
      new Promise<number>((resolve, reject) => {
        const call = request({ port, path: '/ping', headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        call.once('error', reject).end();
      });
    for (const port of [valet.ports.api, valet.ports.sql]) {
      expect(await statusOf(port, 'slo.example.com')).not.toBe(403);
      expect(await statusOf(port, 'other.example.com:8443')).not.toBe(403);
      expect(await statusOf(port, 'evil.example.com')).toBe(403);
    }
  });

  test('keeps no process behind when it is told to end', async () => {
    const children = childrenOf(valet.pid);
    expect(children.length).toBeGreaterThan(0);
    await valet.stop();
    expect(valet.exitCode).toBe(0);
    expect(children.filter(isAlive)).toEqual([]);
    await valet.restart();
  });

  test('leaves no engine behind after kill -9, and starts again on the same directory', async () => {
    const children = childrenOf(valet.pid);
    await valet.kill();
    await eventually('the engine gone with its parent', async () =>
      children.some(isAlive) ? undefined : true,
    );
    await valet.restart();
    expect(await valet.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('a start that cannot succeed', () => {
  test.each([
    [
      'an unknown setting',
      { VALET_API_PROT: '1' },
      /unknown environment variable VALET_API_PROT; did you mean VALET_API_PORT/,
    ],
    ['a port out of range', { VALET_SQL_PORT: '99999' }, /VALET_SQL_PORT: expected an integer/],
  ])('says what is wrong with %s and ends with 1', async (_, environment, message) => {
    expect(await failingStart(environment)).toMatch(message);
  });

  test.each([['VALET_OTLP_HTTP_PORT'], ['VALET_OTLP_GRPC_PORT'], ['VALET_SQL_PORT'], ['VALET_API_PORT']])(
    'says which port is taken and names %s',
    async (variable) => {
      const squatter = createServer().listen(0, '127.0.0.1');
      await once(squatter, 'listening');
      const { port } = squatter.address() as { port: number };
      const output = await failingStart({ [variable]: String(port) });
      squatter.close();
      expect(output).toContain(`Cannot listen on 127.0.0.1:${port}`);
      expect(output).toContain(variable);
    },
  );
});

/** Starts with these settings and returns what was printed; the process must end with 1. */
async function failingStart(environment: Readonly<Record<string, string>>): Promise<string> {
  const free = {
    VALET_OTLP_GRPC_PORT: '0',
    VALET_OTLP_HTTP_PORT: '0',
    VALET_API_PORT: '0',
    VALET_SQL_PORT: '0',
  };
  const child = spawn(process.execPath, ['valet.ts', 'serve'], {
    cwd: ROOT,
    env: {
      ...process.env,
      VALET_LOG_LEVEL: 'error',
      VALET_DATA_DIR: `${valet.folder}/other`,
      ...free,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'exit');
  expect({ code, output }).toEqual({ code: 1, output });
  return output;
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
    .filter((child) => child !== '')
    .map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
