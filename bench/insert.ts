/** What inserting Native blocks into the embedded engine costs, the sender's side and the engine's. Run alone: `node bench/insert.ts`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBlocks } from '../ingest/writer/blocks.ts';
import { createDecoder } from '../otlp/columns/decode.ts';
import { createStore } from '../store/client/clickhouse-store.ts';
import { startEmbedded } from '../store/embedded/start-embedded.ts';
import { migrate } from '../store/migrate/migrate.ts';
import { numberedRequests } from './payload/numbered-requests.ts';

export interface InsertOptions {
  /** Spans to insert. @default 1_000_000 */
  readonly spans?: number;
  /** Spans in a block. @default 50_000 */
  readonly spansPerBlock?: number;
}

export interface InsertResult {
  readonly spans: number;
  readonly spansPerBlock: number;
  /** Of this process while it inserts, user and system. */
  readonly senderCpuSecondsPerMillion: number;
  /** Of the engine's process in the same time. */
  readonly engineCpuSecondsPerMillion: number;
  /** One insert in flight. */
  readonly spansPerSecond: number;
}

const RETENTION_DAYS = 14;
const DAY_SECONDS = 86_400;
const SPANS_PER_REQUEST = 1000;
/** The kernel counts a process's time in hundredths of a second (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;

/** Measures on an engine of its own in the temporary directory, with the tables and settings of a real one. */
export async function benchInsert(options: InsertOptions = {}): Promise<InsertResult> {
  const { spans = 1_000_000, spansPerBlock = 50_000 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'valet-bench-'));
  const engine = await startEmbedded({ dataDir: folder });
  const store = createStore(engine.endpoint);
  try {
    const days = {
      retentionTracesDays: 14,
      retentionLogsDays: 14,
      retentionMetricsDays: 14,
      retentionResultsDays: 400,
      retentionDeadLettersDays: 30,
    };
    await migrate(store, { ...days, fsync: true });
    const encode = blockEncoder(spansPerBlock);
    let senderMicros = 0;
    let insertMillis = 0;
    const engineBefore = cpuSecondsOf(engine.pid);
    const blocks = Math.ceil(spans / spansPerBlock);
    for (let number = 0; number < blocks; number++) {
      for (const { table, columns, chunks } of encode(number)) {
        const cpu = process.cpuUsage();
        const startMillis = performance.now();
        await store.insert({ table, columns, chunks, token: `bench-${number}` });
        insertMillis += performance.now() - startMillis;
        const { user, system } = process.cpuUsage(cpu);
        senderMicros += user + system;
      }
    }
    const engineSeconds = cpuSecondsOf(engine.pid) - engineBefore;
    const inserted = blocks * spansPerBlock;
    return {
      spans: inserted,
      spansPerBlock,
      senderCpuSecondsPerMillion: senderMicros / inserted,
      engineCpuSecondsPerMillion: (engineSeconds / inserted) * 1e6,
      spansPerSecond: inserted / (insertMillis / 1000),
    };
  } finally {
    await store.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function blockEncoder(spansPerBlock: number) {
  const nowMillis = Date.now();
  const seconds = RETENTION_DAYS * DAY_SECONDS;
  const policy = { retentionSeconds: { traces: seconds, logs: seconds, metrics: seconds } };
  const { request } = numberedRequests(SPANS_PER_REQUEST, nowMillis);
  const decoder = createDecoder('traces');
  const perBlock = spansPerBlock / SPANS_PER_REQUEST;
  return (number: number) => {
    const requests = Array.from({ length: perBlock }, (_, index) => ({
      bytes: request(number * perBlock + index),
      offset: index,
      appendedMillis: nowMillis,
      tenant: '',
    }));
    return encodeBlocks(decoder.decode(requests), policy).blocks;
  };
}

/** User and system time of a process so far (Linux). */
function cpuSecondsOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The result as a line of text. */
export function insertReport(result: InsertResult): string {
  return [
    `${result.spansPerBlock.toLocaleString('en')} spans a block`,
    `sender ${result.senderCpuSecondsPerMillion.toFixed(2)}`,
    `ClickHouse ${result.engineCpuSecondsPerMillion.toFixed(2)} CPU s per million`,
    `${Math.round(result.spansPerSecond).toLocaleString('en')} spans/s`,
  ].join(' · ');
}

if (import.meta.main) process.stdout.write(`${insertReport(await benchInsert())}\n`);
