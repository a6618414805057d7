/** A time the record does not have. */
export const ABSENT = -1;

/** What the verdict on a record needs. One object for a whole walk: the next record overwrites it. */
export class RecordFacts {
  /** The message's number in the tables. */
  type = 0;
  /** Its field, from the tag on. */
  start = 0;
  end = 0;
  traceIdValid = false;
  spanIdValid = false;
  parentValid = true;
  /** Start of a span, else the record's own time. Nanoseconds as doubles: exact to about 256 ns, ranges are in ms. */
  time = 0;
  /** Where its eight bytes are. */
  timeAt = ABSENT;
  /** End of a span, observed time of a log record. */
  otherTime = 0;
  otherTimeAt = ABSENT;
  /** Of an explicit histogram. */
  bucketCounts = 0;
  bounds = 0;

  /** Forgets the last record for the one of this type in this field. */
  reset(type: number, start: number, end: number): void {
    this.type = type;
    this.start = start;
    this.end = end;
    this.traceIdValid = false;
    this.spanIdValid = false;
    this.parentValid = true;
    this.time = 0;
    this.timeAt = ABSENT;
    this.otherTime = 0;
    this.otherTimeAt = ABSENT;
    this.bucketCounts = 0;
    this.bounds = 0;
  }
}
