import { describe, expect, it } from 'vitest';
import { filterSlos } from '../../../query/console/domain/slo-filter.js';
import { burningFixture } from './fixture-data.ts';

const slos = burningFixture().slos;
const names = (filter: Parameters<typeof filterSlos>[1]) => filterSlos(slos, filter).map(({ name }) => name);

describe('filterSlos()', () => {
  it('puts the worst first: exhausted, then pages before tickets', () =>
    expect(names({}).slice(0, 5)).toEqual([
      'login-errors',
      'payment-errors',
      'payment-latency',
      'catalogue-volume',
      'payment-tickets',
    ]));

  it('finds all words in any order and case', () =>
    expect(names({ q: 'ERRORS pay' })).toEqual(['payment-errors']));

  it('finds nothing by words of two SLOs', () => expect(names({ q: 'login cart' })).toEqual([]));

  it('keeps one service and one state', () =>
    expect(names({ service: 'payment', state: 'burning' })).toEqual(['payment-errors', 'payment-latency']));

  it('orders by budget with unknown budgets last', () => {
    const ordered = names({ sort: 'budget' });
    expect([ordered[0], ordered.at(-1)]).toEqual(['login-errors', 'payment-tickets']);
  });

  it('takes an unknown order as worst first', () => expect(names({ sort: 'nonsense' })).toEqual(names({})));

  it('leaves the given list as it is', () => expect(slos[0]?.name).toBe('gateway-availability'));
});
