import pino from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DiskWatermarkOptions, watchDisk } from '../../../ingest/receiver/disk-watermark.ts';

const MIB = 1024 * 1024;

async function watching(options: Partial<DiskWatermarkOptions> = {}) {
  const disk = { free: 2000 * MIB, error: undefined as Error | undefined, looks: 0 };
  const registry = new Registry();
  const watermark = await watchDisk({
    whose: 'of a test',
    minFreeBytes: 1000 * MIB,
    registry,
    logger: pino({ level: 'silent' }),
    freeBytes: async () => {
      disk.looks++;
      if (disk.error) throw disk.error;
      return disk.free;
    },
    ...options,
  });
  const look = () => vi.advanceTimersByTimeAsync(1000);
  return { disk, registry, watermark, look };
}

describe('watchDisk()', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('looks before it resolves', async () => {
    const { watermark } = await watching({ freeBytes: async () => 1 });
    expect(watermark.pressure()).toMatchObject({ retrySeconds: 5 });
    watermark.close();
  });

  test('tells of pressure below the mark, and no more above 1.25 times it', async () => {
    const { disk, registry, watermark, look } = await watching();
    expect(watermark.pressure()).toBeUndefined();
    disk.free = 999 * MIB;
    await look();
    expect(watermark.pressure()?.reason).toMatch(/of a test.*999 MiB are free.*1250 MiB.*free space/);
    expect(await registry.metrics()).toContain('valet_receiver_disk_short 1');
    disk.free = 1249 * MIB;
    await look();
    expect(watermark.pressure()).toBeDefined();
    disk.free = 1250 * MIB;
    await look();
    expect(watermark.pressure()).toBeUndefined();
    expect(await registry.metrics()).toContain(`valet_receiver_disk_free_bytes ${1250 * MIB}`);
    watermark.close();
  });

  test('never tells of pressure with a mark of 0', async () => {
    const { watermark } = await watching({ minFreeBytes: 0, freeBytes: async () => 0 });
    expect(watermark.pressure()).toBeUndefined();
    watermark.close();
  });

  test('keeps to the last look when one fails', async () => {
    const { disk, watermark, look } = await watching();
    disk.free = 1 * MIB;
    await look();
    disk.error = new Error('gone');
    await look();
    expect(watermark.pressure()).toBeDefined();
    disk.error = undefined;
    disk.free = 5000 * MIB;
    await look();
    expect(watermark.pressure()).toBeUndefined();
    watermark.close();
  });

  test('asks a file system that hangs one question at a time, and none once closed', async () => {
    let asked = 0;
    const { watermark, look } = await watching({
      freeBytes: () => (asked++ === 0 ? Promise.resolve(0) : new Promise(() => {})),
    });
    for (let i = 0; i < 5; i++) await look();
    expect(asked).toBe(2);
    watermark.close();
  });

  test('tells of no pressure when nobody can tell how much is free', async () => {
    const { registry, watermark, look } = await watching({ freeBytes: async () => undefined });
    await look();
    expect(watermark.pressure()).toBeUndefined();
    watermark.close();
    expect(await registry.metrics()).toContain('valet_receiver_disk_short 0');
  });

  test('keeps to what it knew while nobody can tell how much is free', async () => {
    let free: number | undefined = 1;
    const { watermark, look } = await watching({ freeBytes: async () => free });
    free = undefined;
    await look();
    expect(watermark.pressure()).toBeDefined();
    free = 2000 * MIB;
    await look();
    expect(watermark.pressure()).toBeUndefined();
    watermark.close();
  });
});
