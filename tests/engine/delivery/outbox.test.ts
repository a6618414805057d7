/** What targets have to know: of alerts that are committed, up to date, and owned. */
import { beforeEach, describe, expect, test } from 'vitest';
import { fraction } from '../../../engine/core/budget/fraction.ts';
import { AlertBook } from '../../../engine/core/replica/alert-book.ts';
import type { DefinitionBook, KnownSlo } from '../../../engine/core/replica/definition-book.ts';
import { sliceAt } from '../../../engine/core/slices/slice.ts';
import type { AlertRecord } from '../../../engine/core/types.ts';
import { Outbox } from '../../../engine/delivery/outbox.ts';
import type { Signal } from '../../../schemas/names.ts';
import { alert, at, MINUTE, T0 } from './support/alerts.ts';

function known(slo: string): KnownSlo {
  const definition = {
    displayName: `The ${slo}`,
    annotations: { runbook_url: 'https://runbooks.example/checkout' },
    indicator: { total: { signal: 'traces' } },
    objectives: [{ name: 'objective-1', target: fraction(999, 1000) }],
  };
  // Only what delivery uses of it.
  return { entry: { slo }, definition } as unknown as KnownSlo;
}

let slos: Map<string, KnownSlo>;
let book: AlertBook;
let outbox: Outbox;
/** SLOs of alerts put since the last commit. */
let changed: string[];
let version: number;
beforeEach(() => {
  slos = new Map([['checkout', known('checkout')]]);
  book = new AlertBook();
  changed = [];
  version = 1;
  outbox = new Outbox({ watchdogAlert: '', startedMillis: T0 });
});

function definitions(): DefinitionBook {
  return { get: (slo: string) => slos.get(slo), version } as DefinitionBook;
}

/** Commits the partition at minutes after T0, evaluated up to `evaluated`; true when targets have to be told at once. */
function commit(minutes: number, evaluated = minutes, partition = 0): boolean {
  const committed = {
    partition,
    alertBook: book,
    changed: changed.splice(0),
    evaluated: new Map<Signal, number>([['traces', sliceAt(T0 + evaluated * MINUTE)]]),
    definitions: definitions(),
    slos: [...slos.values()],
  };
  return outbox.committed(committed, T0 + minutes * MINUTE);
}

/** `page firing since 0`. */
function told(minutes: number): readonly string[] {
  const after = (iso: string) => (Date.parse(iso) - T0) / MINUTE;
  return outbox.notifications(T0 + minutes * MINUTE).map(({ labels, startsAt, endsAt }) => {
    const state = endsAt === null ? 'fires' : `ended at ${after(endsAt)}`;
    return `${labels.slo ?? labels.alertname} ${labels.severity} since ${after(startsAt)} ${state}`;
  });
}

function put(...alerts: readonly AlertRecord[]): void {
  for (const each of alerts) {
    book.put(each);
    changed.push(each.slo);
  }
}

describe('Outbox', () => {
  test('tells what fires, then its end for a quarter of an hour', () => {
    put(alert('page 1h', [0, null]));
    expect(commit(0)).toBe(true);
    expect(told(0)).toEqual(['checkout page since 0 fires']);
    expect(commit(1)).toBe(false);
    put(alert('page 1h', [0, 2]));
    expect(commit(2)).toBe(true);
    expect(told(2)).toEqual(['checkout page since 0 ended at 2']);
    commit(17);
    expect(told(17)).toEqual(['checkout page since 0 ended at 2']);
    commit(17.1);
    expect(told(17.1)).toEqual([]);
  });

  test('explains an alert: its tier, those held back, target, runbook, incident', () => {
    put(alert('page 1h', [1, null]), alert('page 6h', [2, null]), alert('ticket 1d', [0, null]));
    commit(3);
    expect(outbox.notifications(T0 + 3 * MINUTE)).toEqual([
      expect.objectContaining({ endsAt: at(1), labels: expect.objectContaining({ severity: 'ticket' }) }),
      {
        key: '["ValetErrorBudgetBurn","checkout","objective-1","shop","","page",""]',
        labels: {
          alertname: 'ValetErrorBudgetBurn',
          slo: 'checkout',
          objective: 'objective-1',
          service: 'shop',
          severity: 'page',
        },
        startsAt: at(1),
        endsAt: null,
        revision: expect.any(String),
        burn: {
          alert: alert('page 1h', [1, null]),
          inhibited: [alert('page 6h', [2, null]), alert('ticket 1d', [0, null])],
          displayName: 'The checkout',
          target: 0.999,
          runbookUrl: 'https://runbooks.example/checkout',
          incidentStartedAt: at(0),
        },
      },
    ]);
  });

  test('has the tenant as a label of its own', () => {
    slos.set('acme/checkout', known('acme/checkout'));
    put(alert('page 1h', [0, null], { slo: 'acme/checkout' }));
    commit(0);
    expect(outbox.notifications(T0)[0]?.labels).toMatchObject({ tenant: 'acme', slo: 'checkout' });
  });

  test('tells at once of a tier that takes over and of one held back, under the same identity', () => {
    put(alert('page 1h', [0, null]));
    commit(0);
    put(alert('page 6h', [1, null]));
    expect(commit(1)).toBe(true);
    put(alert('page 1h', [0, 5]));
    expect(commit(5)).toBe(true);
    expect(told(5)).toEqual(['checkout page since 0 fires']);
  });

  test('keeps what it told of an SLO that is behind, and tells how it is once it is up to date', () => {
    put(alert('page 1h', [0, null]));
    commit(0);
    put(alert('page 1h', [0, 1]), alert('ticket 1d', [2, 3], { retroactive: true }));
    commit(10, 3);
    expect(told(10)).toEqual(['checkout page since 0 fires']);
    put(alert('ticket 3d', [9, null]));
    commit(11, 10.9);
    expect(told(11)).toEqual(['checkout page since 0 ended at 1', 'checkout ticket since 9 fires']);
  });

  test('tells nothing of history after a long downtime until it is over', () => {
    put(alert('page 1h', [-600, null]));
    commit(0, -590);
    expect(told(0)).toEqual([]);
    put(alert('page 1h', [-600, -580]), alert('page 1h', [-5, -2], { retroactive: true }));
    commit(1, -1);
    expect(told(1)).toEqual([]);
    commit(2, 2);
    expect(told(2)).toEqual([]);
  });

  test('repeats what the owner before knew a short while ago, though it is not up to date yet', () => {
    put(alert('page 1h', [-20, null]));
    commit(0, -4);
    expect(told(0)).toEqual(['checkout page since -20 fires']);
  });

  test('tells the end of an alert found late that it told to fire', () => {
    put(alert('page 1h', [-10, null], { retroactive: true }));
    commit(0);
    expect(told(0)).toEqual(['checkout page since -10 fires']);
    put(alert('page 1h', [-10, 1], { retroactive: true }));
    commit(1);
    expect(told(1)).toEqual(['checkout page since -10 ended at 1']);
    commit(2);
    expect(told(2)).toEqual(['checkout page since -10 ended at 1']);
  });

  test('shows an edit of what an SLO is called, though its alerts stay the same', () => {
    put(alert('page 1h', [0, null]));
    commit(0);
    const edited = known('checkout');
    const definition = { ...edited.definition, displayName: 'Till' };
    slos.set('checkout', { ...edited, definition });
    version += 1;
    commit(1);
    expect(outbox.notifications(T0 + MINUTE)[0]?.burn?.displayName).toBe('Till');
  });

  test('takes a partition up anew from the state it was given, and holds on to what it told meanwhile', () => {
    put(alert('page 1h', [0, null]), alert('page 6h', [0, null], { slo: 'other' }));
    slos.set('other', known('other'));
    commit(0);
    book = new AlertBook();
    put(alert('page 1h', [0, 1]));
    changed = [];
    commit(2, 0.5);
    expect(told(2)).toEqual(['checkout page since 0 fires', 'other page since 0 fires']);
    commit(3);
    expect(told(3)).toEqual(['checkout page since 0 ended at 1']);
  });

  test('ends the alerts of an SLO that is no longer defined', () => {
    put(alert('page 1h', [0, null]));
    commit(0);
    slos.delete('checkout');
    put(alert('page 1h', [0, 1]));
    commit(1, -60);
    expect(told(1)).toEqual(['checkout page since 0 ended at 1']);
  });

  test('says nothing more of a partition without a commit for 90 s, nor of one that was left', () => {
    put(alert('page 1h', [0, null]));
    commit(0);
    expect(told(1.5)).toHaveLength(1);
    expect(told(1.6)).toEqual([]);
    commit(2);
    expect(told(2)).toHaveLength(1);
    outbox.left(0);
    expect(told(2)).toEqual([]);
  });
});

describe('The watchdog', () => {
  const DOG = 'Dog none since 0 fires';
  beforeEach(() => {
    outbox = new Outbox({ watchdogAlert: 'Dog', startedMillis: T0 });
  });

  test('The watchdog fires while all that is owned is committed and up to date', () => {
    expect(told(0)).toEqual([]);
    commit(0);
    expect(told(0)).toEqual([DOG]);
    commit(5, 3.9);
    expect(told(5)).toEqual([]);
    commit(6);
    expect(told(6)).toEqual([DOG]);
    expect(told(8)).toEqual([]);
  });

  test('The watchdog fires where there is no data yet', () => {
    const evaluated = new Map<Signal, number>();
    const all = { definitions: definitions(), slos: [...slos.values()] };
    outbox.committed({ partition: 0, alertBook: book, changed: [], evaluated, ...all }, T0);
    expect(told(0)).toEqual([DOG]);
  });

  test('The watchdog is sent by the owner of partition 0 alone, and ends with any of its partitions', () => {
    commit(0, 0, 1);
    expect(told(0)).toEqual([]);
    commit(0);
    expect(told(0)).toEqual([DOG]);
    commit(2, 2, 0);
    expect(told(2)).toEqual([]);
    outbox.left(1);
    expect(told(2)).toEqual([DOG]);
  });
});
