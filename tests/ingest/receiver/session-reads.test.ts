import { EventEmitter } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import { describe, expect, test } from 'vitest';
import { SessionReads } from '../../../ingest/receiver/grpc/session-reads.ts';

const read = () => new Uint8Array(100_000);
const isFree = ({ buffer }: Uint8Array) => (buffer as ArrayBuffer).detached;

/** All that SessionReads looks at of a stream, hence the cast. */
function streamWith(readableLength: number) {
  return Object.assign(new EventEmitter(), { readableLength }) as unknown as ServerHttp2Stream & {
    readableLength: number;
  };
}

describe('SessionReads', () => {
  test('frees a read when the next one has begun', () => {
    const reads = new SessionReads();
    const [first, second] = [read(), read()];
    reads.arrived(first.subarray(0, 10));
    reads.arrived(first.subarray(10));
    expect(isFree(first)).toBe(false);
    reads.arrived(second);
    expect([isFree(first), isFree(second)]).toEqual([true, false]);
  });

  test('leaves a read alone while a stream has some of it left', () => {
    const reads = new SessionReads();
    const stream = streamWith(10);
    reads.add(stream);
    const [first, second, third] = [read(), read(), read()];
    reads.arrived(first);
    reads.arrived(second);
    expect(isFree(first)).toBe(false);
    stream.emit('close');
    reads.arrived(third);
    expect([isFree(first), isFree(second), isFree(third)]).toEqual([false, true, false]);
  });

  test('does not free a newer read for an older one that comes late', () => {
    const reads = new SessionReads();
    const [first, second] = [read(), read()];
    const stream = streamWith(1);
    reads.add(stream);
    reads.arrived(first.subarray(0, 10));
    reads.arrived(second.subarray(0, 10));
    Object.assign(stream, { readableLength: 0 });
    reads.arrived(first.subarray(10));
    expect(isFree(second)).toBe(false);
  });
});
