import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Level, type Sums } from '../../../../engine/core/slices/level.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const SLICES = 3;
/** Few cells, so that windows take many blocks; many, so that blocks need more room than there is to spare. */
const SHAPES = [
  { slicesPerCell: SLICES, cellsPerBlock: 4, hasSums: true },
  { slicesPerCell: SLICES, cellsPerBlock: 4, hasSums: false },
  { slicesPerCell: SLICES, cellsPerBlock: 50, hasSums: true },
  { slicesPerCell: SLICES, cellsPerBlock: 50, hasSums: false },
];
/** Around every width, and what fits none but the widest. */
const NUMBERS = [0, 1, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 40, -1, -300];

const number = fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, fc.constantFrom(...NUMBERS));
const slice = fc.oneof({ weight: 4, arbitrary: fc.nat(60) }, fc.nat(5000));
const add = fc.record({ kind: fc.constant('add' as const), slice, good: number, bad: number, late: number });
const forget = fc.record({ kind: fc.constant('forget' as const), slice: fc.nat(80) });
const rewrite = fc.record({ kind: fc.constant('rewrite' as const), slice });
const empty = fc.record({ kind: fc.constant('empty' as const), slice });
const acts = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: add },
    { weight: 1, arbitrary: forget },
    { weight: 3, arbitrary: rewrite },
    { weight: 1, arbitrary: empty },
  ),
  { maxLength: 60 },
);

/** Cells as they are added, in the simplest way there is. */
class Model {
  readonly cells = new Map<number, Sums>();

  add(cell: number, { good, total, late }: Sums): void {
    const known = this.cells.get(cell) ?? { good: 0, total: 0, late: 0 };
    this.cells.set(cell, { good: known.good + good, total: known.total + total, late: known.late + late });
  }

  sum(from: number, to: number): Sums {
    const inside = [...this.cells].filter(([cell]) => cell >= from && cell < to).map(([, sums]) => sums);
    const of = (field: keyof Sums) => inside.reduce((sum, sums) => sum + sums[field], 0);
    return { good: of('good'), total: of('total'), late: of('late') };
  }
}

describe('Level', () => {
  test.each(SHAPES)(
    'Level sums what was added, whatever the numbers and blocks ($cellsPerBlock cells, sums: $hasSums)',
    (shape) => {
      fc.assert(
        fc.property(acts, fc.nat(25), fc.nat(25), (list, from, length) => {
          const level = new Level(shape);
          const model = new Model();
          for (const act of list) {
            const cell = Math.floor(act.slice / SLICES);
            if (act.kind === 'add') {
              const counts = { good: act.good, total: act.good + act.bad, late: act.late };
              if (level.add(act.slice, counts)) model.add(cell, counts);
              else expect(act.slice).toBeLessThan(level.floorSlice);
            } else if (act.kind === 'forget') {
              level.forgetBefore(act.slice);
              const floor = level.floorSlice / SLICES;
              for (const known of model.cells.keys()) if (known < floor) model.cells.delete(known);
            } else if (act.kind === 'empty') {
              const block = level.blockOf(act.slice);
              if (act.slice < level.floorSlice) continue;
              level.restoreBlock(block, []);
              const begin = block * shape.cellsPerBlock;
              for (const known of model.cells.keys()) {
                if (known >= begin && known < begin + shape.cellsPerBlock) model.cells.delete(known);
              }
            } else {
              const block = level.blockOf(act.slice);
              const known = level.encodeBlock(block);
              // Blocks before the floor are gone, and stay so.
              if (known.length > 0) level.restoreBlock(block, known);
            }
          }
          for (const [first, last] of [
            [from, from + length],
            [0, 5000],
            [from - (from % shape.cellsPerBlock), from + shape.cellsPerBlock * 3],
          ]) {
            const sums = { good: 0, total: 0, late: 0 };
            level.sum(first as number, last as number, sums);
            expect(sums).toEqual(model.sum(first as number, last as number));
          }
          const filled = [...model.cells].filter(([, { good, total, late }]) => good || total || late);
          expect([...level.slices()]).toEqual(filled.map(([cell]) => cell * SLICES).sort((a, b) => a - b));
        }),
        { numRuns: 400 },
      );
    },
  );

  test('Level uses the memory of forgotten blocks again', () => {
    const collected = () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    const level = new Level({ slicesPerCell: 1, cellsPerBlock: 1000, hasSums: false });
    const before = collected();
    for (let block = 0; block < 5000; block += 1) {
      // Each block takes 8 kB.
      level.add(block * 1000, { good: 2 ** 33, total: 2 ** 33, late: 0 });
      level.forgetBefore((block - 2) * 1000);
    }
    expect(collected() - before).toBeLessThan(1_000_000);
    const sums = { good: 0, total: 0, late: 0 };
    level.sum(0, 5_000_000, sums);
    expect(sums.total).toBe(3 * 2 ** 33);
  });

  test('Level widens blocks that are not the last, and what was in them stays', () => {
    const shape = { slicesPerCell: 1, cellsPerBlock: 100, hasSums: true };
    const level = new Level(shape);
    const widths = [1, 300, 70_000, 2 ** 33];
    // One width after the other for each block: every block is wider each time, and never behind all others.
    for (const good of widths) {
      for (let slice = 0; slice < 2000; slice += 1) level.add(slice, { good, total: good + 1, late: good });
    }
    const sum = widths.reduce((all, good) => all + good, 0);
    const cells = Array.from({ length: 100 }, (_, cell) => [cell, sum, sum + widths.length, sum]).flat();
    for (let block = 0; block < 20; block += 1) expect(level.encodeBlock(block)).toEqual(cells);
    const sums = { good: 0, total: 0, late: 0 };
    level.sum(0, 2000, sums);
    expect(sums).toEqual({ good: 2000 * sum, total: 2000 * (sum + widths.length), late: 2000 * sum });
  });

  test('Level finds blocks that begin beyond 8 MiB of its memory', () => {
    const level = new Level({ slicesPerCell: 1, cellsPerBlock: 1000, hasSums: true });
    const good = 2 ** 33;
    const late = 2 ** 34;
    for (let block = 0; block < 500; block += 1) {
      // 24 kB each.
      level.add(block * 1000 + 7, { good, total: 3 * good, late });
    }
    for (let block = 0; block < 500; block += 1) {
      expect(level.encodeBlock(block)).toEqual([7, good, 3 * good, late]);
    }
  });

  test.each([
    { title: 'all are kept', kept: 5000 },
    { title: 'old ones are forgotten', kept: 70 },
  ])('Level asks for memory seldom while time goes on and $title', ({ kept }) => {
    const transfer = vi.spyOn(ArrayBuffer.prototype, 'transfer');
    onTestFinished(() => transfer.mockRestore());
    const level = new Level({ slicesPerCell: 6, cellsPerBlock: 60, hasSums: false });
    for (let slice = 0; slice < 5000 * 360; slice += 360) {
      level.add(slice, { good: 1, total: slice % 1000 === 0 ? 2 : 1, late: 0 });
      level.forgetBefore(slice - kept * 360);
    }
    expect(transfer.mock.calls.length).toBeLessThan(100);
  });
});
