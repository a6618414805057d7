import { describe, expect, test } from 'vitest';
import { AppendHealth } from '../../../ingest/receiver/append-health.ts';
import { LogError } from '../../../log/errors.ts';
import { GOOD } from '../../otlp/support/payloads.ts';
import { send } from './support/http.ts';
import { start } from './support/start.ts';

const FULL = new LogError('log-full', 'Cannot append');

function build() {
  const clock = { millis: 0 };
  return { clock, health: new AppendHealth(() => clock.millis) };
}

describe('AppendHealth', () => {
  test('tells of a log that has failed for 15 s, until it takes something', () => {
    const { clock, health } = build();
    for (clock.millis = 0; clock.millis < 15_000; clock.millis += 1000) {
      health.failed('request', FULL);
      expect(health.problem).toBeUndefined();
    }
    health.failed('request', FULL);
    expect(health.problem).toBe('the log takes no requests since 1970-01-01T00:00:00.000Z (log-full)');
    health.succeeded('request');
    expect(health.problem).toBeUndefined();
  });

  test('goes by what fails, not by how long nothing was tried', () => {
    const { clock, health } = build();
    health.failed('request', FULL);
    clock.millis = 3_600_000;
    expect(health.problem).toBeUndefined();
  });

  test('believes a heartbeat only when no request was refused lately', () => {
    const { clock, health } = build();
    health.failed('request', FULL);
    clock.millis = 15_000;
    health.failed('request', FULL);
    clock.millis = 25_000;
    health.succeeded('heartbeat');
    expect(health.problem).toBeDefined();
    clock.millis = 45_000;
    health.succeeded('heartbeat');
    expect(health.problem).toBeUndefined();
  });

  test('does not count a record that is too large', () => {
    const { clock, health } = build();
    for (clock.millis = 0; clock.millis < 60_000; clock.millis += 1000)
      health.failed('request', new LogError('record-too-large', 'Cannot append'));
    expect(health.problem).toBeUndefined();
  });
});

test('receivers tell that the log takes no requests, and when it does again', async () => {
  const receivers = await start();
  const statusOf = async (body: Uint8Array) => (await send(receivers.http('/v1/traces'), body)).status;
  receivers.log.mode = 'fail';
  expect(await statusOf(GOOD.traces)).toBe(503);
  expect(receivers.problem()).toBeUndefined();
  receivers.clock.now += 20_000;
  expect(await statusOf(GOOD.traces)).toBe(503);
  expect(receivers.problem()).toMatch(/^the log takes no requests since/);
  receivers.log.mode = 'take';
  expect(await statusOf(GOOD.traces)).toBe(200);
  expect(receivers.problem()).toBeUndefined();
});
