import type { Compression } from '../ingest/receiver/types.ts';
import type { Encoding } from '../otlp/response/types.ts';
import type { Signal } from '../schemas/names.ts';
import type { PolicyName } from './policy.ts';

/** What payloads are made for: a signal in one of OTLP's encodings. */
export interface Target {
  readonly signal: Signal;
  readonly encoding: Encoding;
}

/** A request body as a sender would send it. */
export interface Payload {
  /** What its records are judged by. */
  readonly policy: PolicyName;
  readonly compression: Compression;
  readonly body: Uint8Array;
}

/** Payloads that meet one decoder together, in this order. */
export type Round = readonly Payload[];

/** Payloads in a round: a batch of the writer holds several requests, and one must not touch its neighbours. */
export const ROUND_PAYLOADS = 32;
