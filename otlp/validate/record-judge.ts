import { EDIT, type EditList, TIME } from './edit-list.ts';
import { ABSENT, type RecordFacts } from './record-facts.ts';
import type { RecordPolicy, RejectionReason } from './types.ts';
import { messageNumber } from './wire-table.ts';

const SPAN = messageNumber('Span');
const LOG_RECORD = messageNumber('LogRecord');
const HISTOGRAM_POINT = messageNumber('HistogramDataPoint');
const NANOS_PER_MILLI = 1e6;

/** Says what is wrong with single records, and puts their times right where the policy wants that. */
export class RecordJudge {
  readonly #earliestNanos: number;
  readonly #latestNanos: number;
  readonly #movesTimes: boolean;

  constructor({ earliestMillis, latestMillis, clampMillis }: RecordPolicy) {
    this.#earliestNanos = earliestMillis * NANOS_PER_MILLI;
    this.#latestNanos = latestMillis * NANOS_PER_MILLI;
    this.#movesTimes = clampMillis !== undefined;
  }

  /** Whether nothing is wrong with a record: what nearly every record is asked, and no more. */
  isGood(facts: RecordFacts): boolean {
    const { type, time, otherTime } = facts;
    if (type === SPAN) {
      const isWhole = facts.traceIdValid && facts.spanIdValid && facts.parentValid;
      return isWhole && this.#isInRange(time) && otherTime <= this.#latestNanos;
    }
    if (type === LOG_RECORD) {
      const judged = time === 0 ? otherTime : time;
      return judged === 0 || this.#isInRange(judged);
    }
    return this.#isInRange(time) && (type !== HISTOGRAM_POINT || bucketsFit(facts));
  }

  /** Why a record is rejected, but for its time. */
  formFlaw(facts: RecordFacts): RejectionReason | undefined {
    if (facts.type === SPAN) {
      if (!facts.traceIdValid) return 'invalid-trace-id';
      if (!facts.spanIdValid) return 'invalid-span-id';
      return facts.parentValid ? undefined : 'invalid-parent-span-id';
    }
    return facts.type === HISTOGRAM_POINT && !bucketsFit(facts) ? 'bucket-mismatch' : undefined;
  }

  /** Why a record is rejected for its time; a time that may be moved is, by an edit. */
  timeFlaw(facts: RecordFacts, edits: EditList): RejectionReason | undefined {
    const flaw = this.#outOfRange(facts);
    if (flaw === undefined || !this.#movesTimes) return flaw;
    this.#move(facts, edits);
    return undefined;
  }

  #isInRange(nanos: number): boolean {
    return nanos >= this.#earliestNanos && nanos <= this.#latestNanos;
  }

  #outOfRange({ type, time, otherTime }: RecordFacts): RejectionReason | undefined {
    let first = time;
    let last = time;
    if (type === SPAN) last = Math.max(time, otherTime);
    else if (type === LOG_RECORD && time === 0) {
      // Both 0 means unknown (otlp: time_unix_nano), which no range can judge.
      if (otherTime === 0) return undefined;
      first = last = otherTime;
    }
    if (first < this.#earliestNanos) return 'too-old';
    return last > this.#latestNanos ? 'too-far-ahead' : undefined;
  }

  #move(facts: RecordFacts, edits: EditList): void {
    const { type, start, end, time, timeAt, otherTime, otherTimeAt } = facts;
    if (type === LOG_RECORD && time === 0) {
      this.#moveOne(otherTime, otherTimeAt, edits);
      return;
    }
    if (timeAt === ABSENT) {
      edits.add({ kind: EDIT.addTime, start, end, value: TIME.now, count: 0, at: start });
    } else {
      this.#moveOne(time, timeAt, edits);
    }
    // A span without an end has none to move.
    if (type === SPAN && otherTime !== 0) this.#moveOne(otherTime, otherTimeAt, edits);
  }

  #moveOne(nanos: number, at: number, edits: EditList): void {
    const isOld = nanos < this.#earliestNanos;
    if (!isOld && nanos <= this.#latestNanos) return;
    const value = isOld && nanos !== 0 ? TIME.earliest : TIME.now;
    edits.add({ kind: EDIT.setTime, start: at, end: at + 8, value, count: 0, at });
  }
}

function bucketsFit({ bucketCounts, bounds }: RecordFacts): boolean {
  return bucketCounts === bounds + 1 || (bucketCounts === 0 && bounds === 0);
}
