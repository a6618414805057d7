import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, freePorts } from '../support/valet-process.ts';
import { ROOT, read } from './compose-file.ts';
import { assemble, chain, isInContext, readStages } from './dockerfile.ts';

const stages = readStages();
const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'valet-image-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The image's /app in the folder, with every package installed here. */
function build(target: string): string {
  const app = join(folder, 'app');
  mkdirSync(app);
  assemble(stages, target, app);
  symlinkSync(fileURLToPath(new URL('node_modules', ROOT)), join(app, 'node_modules'));
  return app;
}

/** Names of packages the TypeScript and JavaScript files of a folder import. */
function importedPackages(app: string): ReadonlySet<string> {
  const files = readdirSync(app, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .filter(({ parentPath }) => !parentPath.includes('node_modules'));
  const names = files.flatMap(({ parentPath, name }) => {
    const text = readFileSync(join(parentPath, name), 'utf8');
    const found = text.matchAll(
      /^(?:import|export)\b[^;]*?\bfrom '([^']+)'|\b(?:require|import)\('([^']+)'\)/gm,
    );
    // Types are gone when it runs.
    return [...found]
      .filter(([all]) => !/^(?:import|export) type\b/.test(all))
      .map((match) => match[1] ?? match[2] ?? '');
  });
  const packages = names
    .filter((name) => !/^(\.|\/|node:)/.test(name))
    .map((name) =>
      name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? ''),
    );
  return new Set(packages);
}

describe('Dockerfile', () => {
  test('begins with the Node that package.json pins', () => {
    const bases = [...stages.values()].map(({ base }) => base).filter((base) => !stages.has(base));
    expect(bases.length).toBeGreaterThan(0);
    for (const base of bases) expect(base).toBe(`node:${dependencies['node']}-bookworm-slim`);
  });

  test.each(['server', 'embedded', 'demo'])('runs %s as a user without rights', (target) => {
    const users = chain(stages, target).flatMap(({ instructions }) =>
      instructions.filter((line) => line.startsWith('USER')),
    );
    expect(users.at(-1)).toBe('USER node');
  });

  test('makes the image with everything in it when no target is named', () => {
    expect([...stages.keys()].at(-1)).toBe('embedded');
  });

  test('copies only what exists and the build context has', () => {
    for (const { copies } of stages.values()) {
      for (const { stage, sources } of copies) {
        for (const source of sources) {
          if (stage !== undefined) expect(stages.has(stage), stage).toBe(true);
          else expect([existsSync(new URL(source, ROOT)), isInContext(source)], source).toEqual([true, true]);
        }
      }
    }
  });

  test('leaves the engine out of server, whose place in node_modules embedded fills', () => {
    const { copies = [] } = stages.get('embedded') ?? {};
    expect(copies).toEqual([
      { stage: 'dependencies', sources: ['/engine/@chdb'], target: 'node_modules/@chdb' },
    ]);
    expect(stages.get('dependencies')?.instructions.join('\n')).toContain('mv node_modules/@chdb /engine/');
    const engine = JSON.parse(read('node_modules/chdb/package.json')) as { optionalDependencies: object };
    for (const name of Object.keys(engine.optionalDependencies)) expect(name).toMatch(/^@chdb\//);
  });
});

describe('the image’s files', () => {
  test('import no package that production does not install', () => {
    const used = [...importedPackages(build('server'))].toSorted();
    expect(used).toContain('fastify');
    for (const name of used) expect(Object.keys(dependencies), name).toContain(name);
  });

  test('are all that a whole Valet needs: it answers, checks itself as healthy, and ends in order', async () => {
    const app = build('embedded');
    const [grpc, http, api, sql] = await freePorts();
    const child = spawn(process.execPath, ['valet.ts', 'serve'], {
      cwd: app,
      env: {
        PATH: process.env['PATH'],
        VALET_DATA_DIR: join(folder, 'data'),
        VALET_SLO_DIR: join(folder, 'slos'),
        VALET_OTLP_GRPC_PORT: String(grpc),
        VALET_OTLP_HTTP_PORT: String(http),
        VALET_API_PORT: String(api),
        VALET_SQL_PORT: String(sql),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const exited = once(child, 'exit');
    const check = (path: string) =>
      spawnSync('bash', ['deploy/healthcheck.sh', String(api), path], { cwd: app }).status;
    try {
      await eventually('the image ready', async () => (check('/readyz') === 0 ? true : undefined)).catch(
        (error) => {
          throw new Error(output, { cause: error });
        },
      );
      expect([check('/healthz'), check('/nothing')]).toEqual([0, 1]);
      const console = await fetch(`http://127.0.0.1:${api}/`);
      expect([console.status, console.headers.get('content-type')]).toEqual([
        200,
        'text/html; charset=utf-8',
      ]);
    } finally {
      child.kill('SIGTERM');
    }
    expect(await exited).toEqual([0, null]);
    // Nobody answers any more.
    expect(check('/healthz')).toBe(1);
  });

  test('are all that the demo shop needs', () => {
    const app = build('demo');
    const run = spawnSync(process.execPath, ['demo/main.ts', 'shop', '--help'], {
      cwd: app,
      encoding: 'utf8',
    });
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toContain('--sql-url');
    expect(existsSync(join(app, 'valet.ts'))).toBe(false);
  });
});
