/** What `recorded/` holds: record batches as the Collector's Kafka exporter sent them to a broker. */
import { readFileSync } from 'node:fs';
import { generatePayload } from '../../bench/payload/generate.ts';
import { CODECS, type Codec, type RecordBatch, readBatches } from '../../bench/peers/kafka/record-batch.ts';
import { SIGNALS, type Signal } from '../../schemas/names.ts';
import { logRequest } from './payload/logs.ts';
import { metricRequest } from './payload/metrics.ts';
import { traceRequest } from './payload/traces.ts';

/** How the exporter makes messages of a request: one, or one for each trace or resource, keyed by it. */
export type Split = 'none' | 'by-trace' | 'by-resource';

/** One way of the exporter to write. */
export interface Recording {
  readonly name: string;
  readonly encoding: 'otlp_proto' | 'otlp_json';
  readonly compression: Codec;
  readonly split: Split;
  /** Headers of every message. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signals: readonly Signal[];
  /** `rich`: the requests of `payload/`; `bulk`: many spans, more than one block of any codec. */
  readonly content: 'rich' | 'bulk';
  /** The times of its request; all differ, save those of the bulk. Nanoseconds since the epoch. */
  readonly atNanos: bigint;
}

export const TENANT_HEADERS = { 'valet-tenant': 'acme', 'sent-by': 'collector' } as const;
export const BULK_SPANS = 300;
const FIRST_NANOS = BigInt(Date.UTC(2026, 5, 1, 12)) * 1_000_000n;
const STEP_NANOS = 10_000_000_000n;
const FOLDER = new URL('./recorded/', import.meta.url);

const COMPRESSIONS = CODECS.filter((codec) => codec !== 'none');
const PLAIN = { compression: 'none', split: 'none', headers: {}, signals: SIGNALS, content: 'rich' } as const;

const WAYS: readonly Omit<Recording, 'atNanos'>[] = [
  ...(['otlp_proto', 'otlp_json'] as const).flatMap((encoding) => [
    { ...PLAIN, name: encoding, encoding },
    {
      ...PLAIN,
      name: `${encoding}-by-trace`,
      encoding,
      split: 'by-trace' as const,
      signals: ['traces', 'logs'] as const,
    },
    {
      ...PLAIN,
      name: `${encoding}-by-resource`,
      encoding,
      split: 'by-resource' as const,
      signals: ['metrics', 'logs'] as const,
    },
    { ...PLAIN, name: `${encoding}-headers`, encoding, headers: TENANT_HEADERS },
    ...COMPRESSIONS.map((compression) => ({
      ...PLAIN,
      name: `${encoding}-${compression}`,
      encoding,
      compression,
    })),
  ]),
  ...COMPRESSIONS.map((compression) => ({
    ...PLAIN,
    name: `bulk-${compression}`,
    encoding: 'otlp_proto' as const,
    compression,
    split: 'by-trace' as const,
    signals: ['traces'] as const,
    content: 'bulk' as const,
  })),
];

export const RECORDINGS: readonly Recording[] = WAYS.map((way, index) => ({
  ...way,
  atNanos: way.content === 'bulk' ? FIRST_NANOS - STEP_NANOS : FIRST_NANOS + BigInt(index) * STEP_NANOS,
}));

/** The request that was sent to the Collector. */
export function recordedRequest({ content, atNanos }: Recording, signal: Signal): Uint8Array {
  if (content === 'rich') return richRequest(signal, atNanos);
  return generatePayload(signal, { requests: 1, records: BULK_SPANS, baseNanos: atNanos })[0] as Uint8Array;
}

/** The request of the signal with all that OTLP allows. */
export function richRequest(signal: Signal, atNanos: bigint): Uint8Array {
  if (signal === 'traces') return traceRequest(atNanos);
  return signal === 'logs' ? logRequest(atNanos) : metricRequest(atNanos);
}

/** Where a recording's batches of a signal are kept, one after the other. */
export function recordingFile({ name }: Recording, signal: Signal): URL {
  return new URL(`${signal}-${name}.bin`, FOLDER);
}

/** The batches of a recording, as the broker got them. */
export function recordedBatches(recording: Recording, signal: Signal): readonly RecordBatch[] {
  return readBatches(readFileSync(recordingFile(recording, signal)));
}
