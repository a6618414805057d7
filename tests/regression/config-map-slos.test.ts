/** SLO files in a Kubernetes ConfigMap were read three times: by their own name and through the hidden folders behind it. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSloFiles } from '../../engine/definitions/read-slo-files.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valet-config-map-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('readSloFiles() reads each file of a mounted ConfigMap once, under its own name', async () => {
  await mkdir(join(folder, '..2026_11_21_10_00_00.123'));
  await writeFile(join(folder, '..2026_11_21_10_00_00.123', 'shop.yaml'), 'apiVersion: openslo/v1');
  await symlink('..2026_11_21_10_00_00.123', join(folder, '..data'));
  await symlink('..data/shop.yaml', join(folder, 'shop.yaml'));
  await mkdir(join(folder, 'team'));
  await writeFile(join(folder, 'team', 'login.yml'), '');
  expect(await readSloFiles(folder)).toEqual([
    { path: 'shop.yaml', text: 'apiVersion: openslo/v1' },
    { path: 'team/login.yml', text: '' },
  ]);
});
