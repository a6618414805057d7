/** Puts what an engine has left behind after thirty days into a log: definitions, its last checkpoint, its position. */

import { sliceAt } from '../../engine/core/slices/slice.ts';
import { encodeMeterState } from '../../engine/meter/meter-state.ts';
import type { DurableLog, NewRecord } from '../../log/types.ts';
import {
  GROUP_EVALUATOR,
  GROUP_METER,
  SIGNALS,
  TOPIC_DEFINITIONS,
  TOPIC_OF_SIGNAL,
  TOPIC_SLI,
  TOPIC_STATE,
} from '../../schemas/names.ts';
import { definitionRecords } from './definitions.ts';
import { Histories, livenessRecords, stateRecord } from './history.ts';

export interface SeedOptions {
  readonly slos: number;
  readonly nowMillis: number;
  /** Told now and then how far it is. */
  readonly progress: (text: string) => void;
}

const RECORDS_PER_APPEND = 20_000;
const PARTITION = 0;

/** Resolves with the bytes of the state. */
export async function seedLog(log: DurableLog, { slos, nowMillis, progress }: SeedOptions): Promise<number> {
  for (const signal of SIGNALS) await log.ensureTopic(TOPIC_OF_SIGNAL[signal]);
  await log.ensureTopic(TOPIC_SLI);
  await log.ensureTopic(TOPIC_STATE, { cleanup: 'compact' });
  await log.ensureTopic(TOPIC_DEFINITIONS, { cleanup: 'compact' });
  const definitions = definitionRecords(slos);
  for (let at = 0; at < definitions.length; at += RECORDS_PER_APPEND)
    await log.append(TOPIC_DEFINITIONS, definitions.slice(at, at + RECORDS_PER_APPEND), 0);
  let bytes = 0;
  for (const records of batches({ slos, nowMillis, progress })) {
    await log.append(TOPIC_STATE, records, PARTITION);
    bytes += records.reduce((sum, { value }) => sum + value.length, 0);
  }
  const identity = await log.identity(TOPIC_SLI);
  await log.append(TOPIC_STATE, [progressRecord(identity, nowMillis)], PARTITION);
  const metadata = JSON.stringify({ checkpoint: 1, published: 1 });
  const source = { topic: TOPIC_OF_SIGNAL.traces, partition: PARTITION };
  const meter = encodeMeterState(meterState(nowMillis), await log.identity(source.topic));
  await log.commit([
    { group: GROUP_EVALUATOR, topic: TOPIC_SLI, partition: PARTITION, offset: 0, metadata },
    { group: GROUP_METER, ...source, offset: 0, metadata: meter },
  ]);
  return bytes;
}

function* batches({ slos, nowMillis, progress }: SeedOptions): Generator<NewRecord[]> {
  const histories = new Histories(nowMillis);
  let records = [...livenessRecords(nowMillis)];
  let told = 0;
  for (let slo = 0; slo < slos; slo += 1) {
    for (const record of histories.of(slo)) records.push(record);
    if (records.length < RECORDS_PER_APPEND) continue;
    yield records;
    records = [];
    const percent = Math.floor(((slo + 1) / slos) * 100);
    if (percent >= told + 20) {
      told = percent;
      progress(`${percent} % of the state is written`);
    }
  }
  yield records;
}

function progressRecord(identity: string, nowMillis: number): NewRecord {
  return stateRecord({
    kind: 'progress',
    partition: PARTITION,
    checkpoint: 1,
    identity,
    offset: 0,
    heads: [
      {
        signal: 'traces',
        source: `${TOPIC_OF_SIGNAL.traces}/0`,
        next: 0,
        ...meterState(nowMillis),
      },
    ],
    evaluated: { traces: sliceAt(nowMillis) },
  });
}

/** A meter that has counted up to a second ago. */
function meterState(nowMillis: number) {
  return { headMillis: nowMillis - 1000, dataMillis: nowMillis - 1000 };
}
