/** The command line itself, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SLO } from '../core/definitions/support/sound-slo.ts';

const VALET = fileURLToPath(new URL('../../../valet.ts', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'valet-slo-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string, directory = 'slos'): void {
  mkdirSync(join(folder, directory), { recursive: true });
  writeFileSync(join(folder, directory, path), text);
}

const slo = (...args: readonly string[]) => sloWith({}, ...args);

function sloWith(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [VALET, 'slo', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  });
  return { status, stdout, stderr };
}

test('valet slo validate says file, line, code and property, and ends with 1', () => {
  write('good.yaml', SLO);
  expect(slo('validate')).toEqual({ status: 0, stdout: '1 file, 1 SLO in order, 0 problems\n', stderr: '' });
  write('bad.yaml', SLO.replace('name: checkout-availability', 'name: Checkout_2'));
  const bad = slo('validate', 'slos/bad.yaml', 'slos');
  expect(bad.status).toBe(1);
  expect(bad.stdout).toMatch(
    /^slos\/bad\.yaml:4: invalid-name at metadata\.name: .+\n2 files, 1 SLO in order, 1 problem\n$/,
  );
  const [problem] = slo('validate', '--json').stdout.trim().split('\n');
  expect(JSON.parse(problem ?? '')).toMatchObject({ file: 'slos/bad.yaml', line: 4, code: 'invalid-name' });
});

test('valet slo explain explains one or all, and proposes the nearest name', () => {
  write('good.yaml', SLO);
  expect(slo('explain').stdout).toMatch(/^checkout-availability · Checkout works\n/);
  expect(slo('explain', 'checkout-availability', '--in', 'slos/good.yaml').status).toBe(0);
  expect(slo('explain', 'checkout-availabilty')).toMatchObject({
    status: 1,
    stderr: 'There is no SLO checkout-availabilty in order, did you mean checkout-availability?\n',
  });
  write('bad.yaml', 'kind: SLO');
  expect(slo('explain').stderr).toMatch(/^\d problems? in the files: npx valet slo validate\n$/);
});

test('valet slo says what to do about a path that is not there', () => {
  expect(slo('validate', 'nowhere')).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'Cannot read nowhere: there is no such file or directory. Name files or directories with SLOs, or set VALET_SLO_DIR\n',
  });
});

test('valet slo validate lets deviations pass, named, and refuses them strictly', () => {
  write('a.yaml', SLO.replace('        counter: true\n', ''));
  const lenient = slo('validate');
  expect(lenient.status).toBe(0);
  expect(lenient.stdout).toMatch(
    /^slos\/a\.yaml:18: warning deviation-counter at spec\.indicator\.spec\.ratioMetric\.counter: .+\n1 file, 1 SLO in order, 0 problems, 1 warning\n$/,
  );
  for (const strict of [slo('validate', '--strict'), sloWith({ VALET_SLO_STRICT: 'true' }, 'validate')]) {
    expect(strict.status).toBe(1);
    expect(strict.stdout).toMatch(/:18: deviation-counter .+\n1 file, 0 SLOs in order, 1 problem\n$/);
  }
});

test('valet slo fmt writes files anew, names them, and leaves those alone that it cannot read', () => {
  const messy = SLO.replace('duration: 30d\n      isRolling: true', 'isRolling: true\n      duration: "30d"');
  write('good.yaml', SLO);
  write('messy.yaml', messy);
  const text = () => readFileSync(join(folder, 'slos/messy.yaml'), 'utf8');
  expect(slo('fmt', '--check')).toEqual({
    status: 1,
    stdout: 'slos/messy.yaml: not formatted\n2 files, 1 not formatted\n',
    stderr: '',
  });
  expect(text()).toBe(messy);
  expect(slo('fmt')).toMatchObject({
    status: 0,
    stdout: 'slos/messy.yaml: formatted\n2 files, 1 formatted anew\n',
  });
  expect(text()).toBe(SLO);
  expect(slo('fmt', '--check', 'slos')).toMatchObject({ status: 0, stdout: '2 files, 0 not formatted\n' });
  write('bad.yaml', 'a: [');
  const bad = slo('fmt', 'slos/bad.yaml');
  expect(bad.status).toBe(1);
  expect(bad.stdout).toMatch(
    /^slos\/bad\.yaml:1: yaml-syntax: .+\n1 file, 0 formatted anew, 1 file left alone\n$/,
  );
  expect(readFileSync(join(folder, 'slos/bad.yaml'), 'utf8')).toBe('a: [');
});

test('valet slo diff says what an edit changes, ends with 1 when anything does, and with 2 when it cannot tell', () => {
  write('a.yaml', SLO, 'before');
  write('b.yaml', SLO, 'after');
  expect(slo('diff', 'before', 'after')).toEqual({
    status: 0,
    stdout: '0 added, 0 removed, 0 changed, 1 as before\n',
    stderr: '',
  });
  write('b.yaml', SLO.replace('team: payments', 'team: till'), 'after');
  expect(slo('diff', 'before', 'after')).toEqual({
    status: 1,
    stdout:
      '~ checkout-availability · changed · after/b.yaml\n    texts: labels\n\n0 added, 0 removed, 1 changed, 0 as before\n',
    stderr: '',
  });
  expect(JSON.parse(slo('diff', 'before', 'after', '--json').stdout)).toEqual({
    kind: 'changed',
    name: 'checkout-availability',
    file: 'after/b.yaml',
    lines: ['texts: labels'],
  });
  write('b.yaml', SLO.replace('0.999', '99.9'), 'after');
  expect(slo('diff', 'before', 'after')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^after\/b\.yaml:38: invalid-target /),
  });
});
