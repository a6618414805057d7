import { childrenOf, cpuSecondsOf, memoryMibOf } from '../process-usage.ts';
import { type PayloadFiles, writePayloadFiles } from './payload-files.ts';
import { sendFiles } from './send-files.ts';
import { type KafkaKind, startSink } from './sinks.ts';
import { startCollectorOn } from './start-collector-on.ts';
import { startValetOn } from './start-valet-on.ts';
import type { Cores, Path, Sink, System, SystemName } from './types.ts';

export interface MeasureOptions {
  /** Measured, after a tenth of them to warm up. */
  readonly records: number;
  readonly kafka: KafkaKind;
  readonly cores: Cores;
  /** Runs instead of Valet's own command line on this path. */
  readonly valetCommand?: string;
}

/** What a system cost on a path. */
export interface Measurement {
  /** Of the system's process and its children, user and system, until all has arrived. */
  readonly cpuSecondsPerMillion: number;
  /** Of the destination, until it rests, where its CPU time is of interest. */
  readonly sinkCpuSecondsPerMillion: number | undefined;
  /** While the senders were sending. */
  readonly recordsPerSecond: number;
  readonly peakMib: number;
  /** Answers that were errors, and those with a partial success. */
  readonly errors: number;
  readonly partial: number;
}

const CONNECTIONS = 4;

/** Measures one system on one path, each on its own: the destination, the system, a payload of now. */
export async function measure(name: SystemName, path: Path, options: MeasureOptions): Promise<Measurement> {
  const { cores, kafka } = options;
  const sink = await startSink(path, { kafka, core: cores.others });
  try {
    const system =
      name === 'Collector'
        ? await startCollectorOn(path, sink, cores.target)
        : await startValetOn(path, sink, valetOptions(options));
    try {
      return await underLoad({ name, path, options, system, sink });
    } finally {
      await system.close();
    }
  } finally {
    await sink.close();
  }
}

function valetOptions({ cores, valetCommand }: MeasureOptions) {
  return { core: cores.target, ...(valetCommand === undefined ? {} : { command: valetCommand }) };
}

interface LoadContext {
  readonly name: SystemName;
  readonly path: Path;
  readonly options: MeasureOptions;
  readonly system: System;
  readonly sink: Sink;
}

async function underLoad({ name, path, options, system, sink }: LoadContext): Promise<Measurement> {
  const port = path.protocol === 'grpc' ? system.grpcPort : system.httpPort;
  const send = (files: PayloadFiles) => sendFiles(files, { ...path, port, core: options.cores.others });
  const warm = payload(path, options.records / 10, 0);
  const main = payload(path, options.records, warm.nextNumber);
  try {
    await send(warm);
    await sink.arrived(name, warm.records);
    await sink.rested();
    const systemBefore = treeCpuSeconds(system.pid);
    const sinkBefore = sinkCpuSeconds(sink);
    const startMillis = performance.now();
    const { errors, partial } = await send(main);
    const seconds = (performance.now() - startMillis) / 1000;
    await sink.arrived(name, warm.records + main.records);
    // Before the rest: what a system costs while it has nothing to do is another figure.
    const systemAfter = treeCpuSeconds(system.pid);
    await sink.rested();
    const sinkAfter = sinkCpuSeconds(sink);
    const millions = main.records / 1e6;
    return {
      cpuSecondsPerMillion: (systemAfter - systemBefore) / millions,
      sinkCpuSecondsPerMillion:
        sinkAfter === undefined || sinkBefore === undefined ? undefined : (sinkAfter - sinkBefore) / millions,
      recordsPerSecond: main.records / seconds,
      peakMib: memoryMibOf(system.pid, 'VmHWM'),
      errors,
      partial,
    };
  } finally {
    warm.remove();
    main.remove();
  }
}

function sinkCpuSeconds({ pid }: Sink): number | undefined {
  return pid === undefined ? undefined : cpuSecondsOf(pid);
}

function payload({ signal }: Path, records: number, firstNumber: number): PayloadFiles {
  return writePayloadFiles({ signal, records, files: CONNECTIONS, firstNumber });
}

function treeCpuSeconds(pid: number): number {
  return childrenOf(pid).reduce((total, child) => total + treeCpuSeconds(child), cpuSecondsOf(pid));
}
