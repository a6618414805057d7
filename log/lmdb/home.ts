import { statSync } from 'node:fs';
import { join } from 'node:path';
import { renewedIdentity } from '../identity.ts';
import type { StateTable } from './log-state.ts';

/**
 * Renews every topic's identity when the data file is a copy: a restored backup hands out offsets a second time,
 * and with them deduplication tokens that the store has already seen with other rows. A copy has another inode; a
 * snapshot of the whole disk does not and goes unnoticed here (docs/guarantees.md). Inside a write transaction only.
 */
export function renewIdentitiesOfCopy(state: StateTable, home: string): void {
  const log = state.log();
  if (log.home === home) return;
  if (log.home !== '')
    for (const { name, topic } of state.topics())
      state.putTopic(name, { ...topic, identity: renewedIdentity(topic.identity) });
  state.putLog({ ...log, home });
}

/** What tells the data file in the directory from a copy of it. */
export function homeOf(path: string): string {
  return statSync(join(path, 'data.mdb'), { bigint: true }).ino.toString();
}
