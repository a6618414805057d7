import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IGNORED = ['node_modules', 'data', '.git'];
const pages = globSync('**/*.md', { cwd: ROOT, exclude: (name) => IGNORED.includes(name) }).sort();

it.each(pages)('%s links only to files that exist', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const missing = targets
    .filter((target) => !/^(https?:|#|mailto:)/.test(target))
    .filter((target) => !existsSync(join(ROOT, dirname(page), target.split('#')[0] ?? '')));
  expect(missing).toEqual([]);
});
