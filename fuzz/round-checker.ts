import type { BatchDecoder } from '../otlp/columns/decode.ts';
import { type Admitted, admit } from './oracle/admission.ts';
import { checkBatch } from './oracle/batch.ts';
import { POLICIES } from './policy.ts';
import { createSubject, type Subject } from './subject.ts';
import type { Round, Target } from './types.ts';

/** How many bodies and records went which way: a run that refuses everything proves nothing. */
export interface Tally {
  payloads: number;
  malformed: number;
  tooLarge: number;
  /** Requests all of whose records were taken. */
  whole: number;
  /** Requests some of whose records were taken. */
  partial: number;
  /** Requests without a record to take. */
  empty: number;
  records: number;
  rejectedRecords: number;
  rows: number;
  /** Refused bodies in a batch that the decoder refused as well. */
  undecodable: number;
}

/** How a round is put to the oracles. */
export interface RoundOptions {
  /** Whether somebody else wrote to the log as well; without it sizes and counts are known exactly. */
  readonly withForeign: boolean;
  /** Whether the blocks are compared with those of a decoder that saw nothing before. */
  readonly compareWithFresh: boolean;
}

/** Told which payload of the round is next at the receiver's steps, and -1 when all meet the decoder. */
export type Progress = (payload: number) => void;

/** Puts rounds to all oracles but those of the sockets, one after the other, with one decoder. */
export class RoundChecker {
  readonly tally: Tally = {
    payloads: 0,
    malformed: 0,
    tooLarge: 0,
    whole: 0,
    partial: 0,
    empty: 0,
    records: 0,
    rejectedRecords: 0,
    rows: 0,
    undecodable: 0,
  };
  readonly #target: Target;
  readonly #subject: Subject;
  readonly #decoder: BatchDecoder;

  constructor(target: Target, subject: Subject = createSubject()) {
    this.#target = target;
    this.#subject = subject;
    this.#decoder = subject.createDecoder(target.signal);
  }

  /** @throws {FuzzFailure} when an oracle objects */
  check(round: Round, { withForeign, compareWithFresh }: RoundOptions, progress: Progress = () => {}): void {
    const context = { target: this.#target, subject: this.#subject };
    const admitted = round.map((payload, index) => {
      progress(index);
      return admit(payload, { ...context, policy: POLICIES[payload.policy] });
    });
    for (const one of admitted) this.#count(one);
    progress(-1);
    const { rows, undecodable } = checkBatch(admitted, {
      ...context,
      decoder: this.#decoder,
      withForeign,
      compareWithFresh,
    });
    this.tally.rows += rows;
    this.tally.undecodable += undecodable;
  }

  #count(admitted: Admitted): void {
    const { tally } = this;
    tally.payloads++;
    if (admitted.kind === 'malformed') tally.malformed++;
    else if (admitted.kind === 'too-large') tally.tooLarge++;
    else {
      const { records, accepted, rejected } = admitted.validation;
      tally.records += records;
      tally.rejectedRecords += rejected;
      if (accepted === 0) tally.empty++;
      else if (rejected === 0) tally.whole++;
      else tally.partial++;
    }
  }
}
