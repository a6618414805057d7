import { describe, expect, test } from 'vitest';
import { freeBytes } from '../../runtime/free-bytes.ts';

describe('freeBytes()', () => {
  test('gives the memory of a buffer back at once', () => {
    const before = process.memoryUsage().arrayBuffers;
    const bytes = Buffer.allocUnsafeSlow(64 * 2 ** 20);
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThanOrEqual(64 * 2 ** 20);
    freeBytes(bytes);
    expect(bytes.length).toBe(0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  test('gives back what a view of large memory belongs to, once', () => {
    const memory = new Uint8Array(Buffer.poolSize + 1);
    freeBytes(memory.subarray(10, 20));
    freeBytes(memory);
    expect(memory.length).toBe(0);
  });

  test('leaves small buffers alone, which share their memory', () => {
    const one = Buffer.from('one');
    const other = Buffer.from('other');
    expect(one.buffer).toBe(other.buffer);
    freeBytes(one);
    expect([one.toString(), other.toString()]).toEqual(['one', 'other']);
  });

  test('leaves empty buffers alone, which may be constants', () => {
    const empty = Buffer.alloc(0);
    freeBytes(empty);
    expect(() => new Uint8Array(1).set(empty)).not.toThrow();
  });

  test('leaves memory alone that threads share', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(2 ** 20));
    freeBytes(shared);
    expect(shared.length).toBe(2 ** 20);
  });
});
