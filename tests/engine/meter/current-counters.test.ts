import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { definitionEntries } from '../../../bench/engine/definitions.ts';
import { storeDefinition } from '../../../engine/core/records/definition-record.ts';
import { DefinitionBook } from '../../../engine/core/replica/definition-book.ts';
import { CurrentCounters } from '../../../engine/meter/current-counters.ts';
import { spanBatch } from '../core/predicates/support/batches.ts';

/** A book of so many SLOs, five of a service. */
function bookOf(slos: number): DefinitionBook {
  const book = new DefinitionBook();
  for (const entry of definitionEntries(slos)) put(book, entry);
  return book;
}

function put(book: DefinitionBook, entry: ReturnType<typeof definitionEntries>[number]): void {
  book.apply(`slo|${entry.slo}`, { ...entry, definition: storeDefinition(entry.definition) });
}

function found(counters: CurrentCounters, service: string) {
  const batch = spanBatch([{ resource: [['service.name', service]] }]);
  return counters
    .index()
    .finder(batch)
    .of(0)
    .map(({ counter }) => counter);
}

describe('CurrentCounters', () => {
  test('CurrentCounters makes the index anew when definitions changed, of counters known already', () => {
    const book = bookOf(10);
    const counters = new CurrentCounters(book, pino({ level: 'silent' }));
    const index = counters.index();
    expect(counters.index()).toBe(index);
    const before = found(counters, 'svc-00000');
    expect(before).toHaveLength(5);
    const [changed] = definitionEntries(1);
    if (changed === undefined) throw new Error('no definitions');
    put(book, { ...changed, retiredFrom: 100 });
    expect(counters.index()).not.toBe(index);
    const after = found(counters, 'svc-00000');
    expect(after[0]).toMatchObject({ slo: changed.slo, toSlice: 100 });
    for (const [place, counter] of before.entries()) if (place > 0) expect(after[place]).toBe(counter);
  });

  test('CurrentCounters leaves out a definition it cannot read, and tells of it once', () => {
    const lines: string[] = [];
    const book = bookOf(5);
    const [first] = definitionEntries(1);
    if (first === undefined) throw new Error('no definitions');
    const indicator = { total: { signal: 'traces', where: 'no such thing' } } as const;
    put(book, { ...first, generations: [{ generation: 1, hash: '', fromSlice: 0, indicator }] });
    const counters = new CurrentCounters(
      book,
      pino({ level: 'error' }, { write: (line) => lines.push(line) }),
    );
    expect(found(counters, 'svc-00000')).toHaveLength(4);
    book.apply('published', { kind: 'published', number: 1 });
    expect(found(counters, 'svc-00000')).toHaveLength(4);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('SLO cannot be counted');
  });
});
