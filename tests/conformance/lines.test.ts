import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FOLDER = new URL('.', import.meta.url).pathname;
/** Describe clients and other servers. */
const OTHERS = [7, 8, 15, 23, 24];
const LINES = Array.from({ length: 39 }, (_, i) => i + 1).filter((line) => !OTHERS.includes(line));

const page = readFileSync(new URL('../../docs/otlp.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) +\| .+ \| `([a-z-]+)`/gm)].map(([, line, file]) => ({
  line: Number(line),
  file,
}));
const tests = globSync('*.test.ts', { cwd: FOLDER }).map((name) => ({
  file: name.replace('.test.ts', ''),
  text: readFileSync(`${FOLDER}/${name}`, 'utf8'),
}));

test('docs/otlp.md names for every line of the specification the file that tests it', () => {
  expect(rows.map(({ line }) => line)).toEqual(LINES);
});

test.each(rows)('line $line is tested in $file', ({ line, file }) => {
  // Tests are asynchronous, groups of them are not.
  const numbered = new RegExp(`['\`]OTLP (?:\\d+, )*${line}(?:, \\d+)*: [^'\`]+['\`],\\s*async`);
  expect(tests.find((one) => one.file === file)?.text).toMatch(numbered);
});
