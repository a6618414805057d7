import { describe, expect, it } from 'vitest';
import { hostCheck } from '../../query/host-check.ts';

describe('hostCheck()', () => {
  const loopback = hostCheck({ host: '127.0.0.1', allowedHosts: ['valet.example'] });
  const wide = hostCheck({ host: '0.0.0.0' });

  it.each([
    'localhost',
    'localhost:8123',
    'shop.localhost',
    '127.0.0.1:1',
    '127.1.2.3',
    '[::1]:8123',
    'LocalHost.',
    'valet.example:80',
  ])('lets %s through on loopback', (header) => expect(loopback(header)).toBe(true));

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    'valet',
    '',
    'a b',
    'x@localhost',
    'localhost:99x',
    '[::1',
    undefined,
  ])('refuses %s on loopback', (header) => expect(loopback(header)).toBe(false));

  it('lets addresses and names without a dot through when bound to more', () => {
    for (const header of ['10.0.0.1:8123', '[fe80::1]', 'valet:8123', 'localhost'])
      expect(wide(header), header).toBe(true);
    expect(wide('evil.example')).toBe(false);
  });
});
