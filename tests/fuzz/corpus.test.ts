import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CorpusCase, readCorpus, writeCase } from '../../fuzz/corpus.ts';
import { replay } from '../../fuzz/replay.ts';

const CORPUS = fileURLToPath(new URL('../../fuzz/corpus', import.meta.url));

describe('corpus', () => {
  for (const { name, content } of readCorpus(CORPUS)) {
    test(`replay() finds nothing any more in ${name}`, async () => {
      expect(content.found).not.toBe('');
      expect(await replay(content)).toBeUndefined();
    });
  }

  test('readCorpus() reads what writeCase() wrote', () => {
    const folder = mkdtempSync(join(tmpdir(), 'valet-corpus-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const content: CorpusCase = {
      target: { signal: 'metrics', encoding: 'json' },
      found: 'rows: "one" too few',
      made: 'by hand',
      round: [
        { policy: 'all', compression: 'zstd', body: Buffer.from([0, 255, 128]) },
        { policy: 'plain', compression: 'identity', body: Buffer.from('{"a":"\\ud800"}') },
      ],
    };
    const path = writeCase(folder, content);
    expect(readCorpus(folder)).toEqual([{ name: path.slice(folder.length + 1), content }]);
    expect(writeCase(folder, content)).toBe(path);
  });

  test('readCorpus() of no folder is empty', () => {
    expect(readCorpus(join(CORPUS, 'nowhere'))).toEqual([]);
  });
});
