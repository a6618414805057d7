/** The command line itself, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

function write(path: string, text: string): void {
  mkdirSync(join(folder, 'slos'), { recursive: true });
  writeFileSync(join(folder, 'slos', path), text);
}

function slo(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [VALET, 'slo', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
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
