import type { Memory } from './memory.ts';
import type { RunReport } from './run-target.ts';
import type { BrokenRun } from './supervise.ts';

/** What a run came to, as lines of text. */
export function reportLines(label: string, report: RunReport | BrokenRun): readonly string[] {
  if ('failure' in report) return [`${label}: did not end`];
  const { tally, door, memory } = report;
  return [
    `${label}: ${figure(tally.payloads)} payloads: ${figure(tally.whole)} taken whole, ${figure(tally.partial)} in part, ${figure(tally.empty)} without a record, ${figure(tally.malformed)} malformed, ${figure(tally.tooLarge)} too large`,
    `  ${figure(tally.records)} records, ${figure(tally.rejectedRecords)} of them rejected; ${figure(tally.rows)} rows; ${figure(tally.undecodable)} refused bodies were undecodable as well`,
    `  over sockets: ${figure(door.sent)} requests, ${figure(door.taken)} taken, ${figure(door.refused)} refused, ${figure(door.cut)} cut off; ${figure(door.logged)} records in the log`,
    ...(memory ? [`  memory after a quarter and at the end: ${mib(memory.early)}, ${mib(memory.late)}`] : []),
  ];
}

function figure(value: number): string {
  return value.toLocaleString('en');
}

function mib({ heapBytes, externalBytes, residentBytes }: Memory): string {
  const [heap, external, resident] = [heapBytes, externalBytes, residentBytes].map((bytes) =>
    (bytes / 2 ** 20).toFixed(0),
  );
  return `heap ${heap} MiB, buffers ${external} MiB, resident ${resident} MiB`;
}
