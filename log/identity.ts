/**
 * Identities of the log, as they go into tokens:
 *
 *   identity := uuid ('~' hex8)*
 *
 * A `~` part is added when offsets may be handed out a second time though the records before stay what they were: by
 * the log when it finds itself restored from a copy, by the writer when the store has seen offsets the log does not
 * have. Another uuid is another log: its offsets say nothing about the former one's.
 */
import { randomUUID } from 'node:crypto';

/** A new identity whose log continues the old one's. */
export function renewedIdentity(identity: string): string {
  return `${identity}~${randomUUID().slice(0, 8)}`;
}

/** Whether offsets under one identity mean the same records under the other. */
export function isSameLog(one: string, other: string): boolean {
  return one.split('~')[0] === other.split('~')[0];
}

/** Whether offsets were handed out a second time since the log was made. */
export function isRenewed(identity: string): boolean {
  return identity.includes('~');
}
