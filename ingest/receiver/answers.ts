/** What senders are told that are refused at the door, before their request is looked at. */
import { RequestTooLargeError } from '../../otlp/errors.ts';
import type { Eviction } from './admission.ts';
import type { Pressure } from './pressure.ts';
import type { Throttle } from './tenant-limits.ts';
import type { TenantNameError } from './tenant-name.ts';
import type { Answer } from './types.ts';

/** Bytes in flight turn over within a second. */
const OVERLOAD_RETRY_SECONDS = 1;

const LIMIT_WORDS = {
  bytes: 'bytes of OTLP as protobuf a second (tenantMaxMibPerSecond)',
  records: 'records a second (tenantMaxRecordsPerSecond)',
} as const;

/** Too much is in flight. */
export function overloaded(): Answer {
  const message = 'Too many request bytes are in flight: send again after the delay, or raise maxInFlightMib';
  return { kind: 'overloaded', message, retrySeconds: OVERLOAD_RETRY_SECONDS };
}

/** The request is larger than `maxBytes`. */
export function tooLarge(maxBytes: number): Answer {
  return { kind: 'too-large', message: new RequestTooLargeError(maxBytes).message };
}

/** The tenant has used up its allowance. */
export function throttled(tenant: string, { limit, retrySeconds }: Throttle): Answer {
  const who = tenant === '' ? 'All senders together have' : `The tenant ${tenant} has`;
  const message = `${who} used up the ${LIMIT_WORDS[limit]}: send again after the delay`;
  return { kind: 'throttled', message, retrySeconds };
}

/** The request lost its place while it was being sent. */
export function tooSlow(why: Eviction): Answer {
  const message =
    why === 'expired'
      ? 'The request did not arrive in time: send smaller requests'
      : 'The request arrives slower than 64 KiB a second while others need the memory: send smaller requests';
  return { kind: 'too-slow', message, retrySeconds: OVERLOAD_RETRY_SECONDS };
}

/** The receivers take nothing for now. */
export function underPressure({ reason, retrySeconds }: Pressure): Answer {
  return { kind: 'unavailable', message: reason, retrySeconds };
}

/** The header that names the tenant cannot be used. */
export function badTenant({ message, header, reason }: TenantNameError): Answer {
  return { kind: 'malformed', message, violations: [{ field: header, description: reason }] };
}
