import { describe, expect, it } from 'vitest';
import { hrefOf, parseRoute } from '../../../query/console/data/routes.js';

describe('parseRoute()', () => {
  it.each([
    ['', { view: 'overview', query: {} }],
    ['#/', { view: 'overview', query: {} }],
    ['#/?service=cart&q=a+b', { view: 'overview', query: { service: 'cart', q: 'a b' } }],
    ['#/slo/a%2Fb?range=6h', { view: 'slo', name: 'a/b', query: { range: '6h' } }],
    ['#/alerts', { view: 'alerts', query: {} }],
    ['#/slo', { view: 'missing', query: {} }],
    ['#/alerts/x', { view: 'missing', query: {} }],
    ['#/nowhere', { view: 'missing', query: {} }],
    ['#/slo/%E0%A4%A', { view: 'slo', name: '%E0%A4%A', query: {} }],
    ['#/toString', { view: 'missing', query: {} }],
  ])('reads %s', (hash, route) => expect(parseRoute(hash)).toEqual(route));
});

describe('hrefOf()', () => {
  it('is read back by parseRoute()', () => {
    const route = { view: 'slo', name: 'päy/ment?', query: { objective: 'a&b', range: '7d' } } as const;
    expect(parseRoute(hrefOf(route))).toEqual(route);
  });

  it('leaves empty values out', () => expect(hrefOf({ query: { q: '', state: 'ok' } })).toBe('#/?state=ok'));
});
