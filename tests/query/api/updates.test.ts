import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startQuery } from '../../../query/api/start-query.ts';
import { UpdateHub } from '../../../query/api/update-hub.ts';
import { buildForTest } from './support.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** What a hub needs of a response. */
function fakeResponse(): {
  written: string[];
  closed: () => void;
  response: never;
  destroyed: boolean;
  writableLength: number;
} {
  const listeners: (() => void)[] = [];
  const fake = {
    written: [] as string[],
    writableLength: 0,
    destroyed: false,
    writeHead: () => fake,
    write: (text: string) => fake.written.push(text),
    end: () => fake.closed(),
    destroy: () => {
      fake.destroyed = true;
    },
    on: (_event: string, listener: () => void) => listeners.push(listener),
    closed: () => {
      for (const listener of listeners) listener();
    },
    get response() {
      return fake as never;
    },
  };
  return fake;
}

describe('UpdateHub', () => {
  it('tells at once, then at most once a second, and never forgets the last change', () => {
    vi.useFakeTimers({ now: 0 });
    const hub = new UpdateHub({ now: Date.now, maxClients: 2 });
    const client = fakeResponse();
    hub.add(client.response, {});
    const events = () => client.written.filter((text) => text.startsWith('event: update')).length;
    for (let i = 0; i < 10; i++) hub.changed();
    expect(events()).toBe(1);
    vi.advanceTimersByTime(999);
    expect(events()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(events()).toBe(2);
    expect(client.written.at(-1)).toBe('event: update\ndata: {"at":"1970-01-01T00:00:01.000Z"}\n\n');
    vi.advanceTimersByTime(5_000);
    expect(events()).toBe(2);
    hub.close();
  });

  it('knows when it is full, forgets clients that left, and ends those that do not read', () => {
    const hub = new UpdateHub({ now: () => 0, maxClients: 1 });
    const first = fakeResponse();
    hub.add(first.response, {});
    expect(hub.isFull).toBe(true);
    first.closed();
    expect(hub.isFull).toBe(false);
    const slow = fakeResponse();
    slow.writableLength = 1_000_000;
    hub.add(slow.response, {});
    hub.changed();
    expect(slow.destroyed).toBe(true);
    hub.close();
    expect(hub.clients).toBe(0);
  });
});

describe('GET /api/v1/updates', () => {
  it('streams events to clients up to the ceiling, and ends them when the server closes', async () => {
    const test = await buildForTest();
    const listeners: (() => void)[] = [];
    const server = await startQuery({
      ...test.options,
      maxUpdateClients: 1,
      onUpdate: (listener) => {
        listeners.push(listener);
        return () => {};
      },
      registry: new (await import('prom-client')).Registry(),
    });
    const outgoing = get(`http://127.0.0.1:${server.port}/api/v1/updates`);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(response.headers['content-type']).toBe('text/event-stream');
    expect(response.headers['content-security-policy']).toContain("default-src 'none'");
    response.setEncoding('utf8');
    expect((await once(response, 'data'))[0]).toBe('retry: 2000\n\n');
    listeners[0]?.();
    expect((await once(response, 'data'))[0]).toMatch(/^event: update\ndata: \{"at":"2026-/);
    const refused = await fetch(`http://127.0.0.1:${server.port}/api/v1/updates`);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'too-many-clients' });
    const ended = once(response, 'end');
    await server.close();
    await ended;
  });
});
