/** What the rows of accepted records have to say, as text, worked out from the tree of the request. */
import type { OtlpMessageName } from '../../schemas/otlp.ts';
import { type ExpectedRecord, last, lastBits } from './verdicts.ts';
import { bitsOf, varintBits, type WireField, type WireMessage } from './wire.ts';

/** Tables of rows, by the message a row is made of; sums and gauges are apart. */
export type RowTable = 'spans' | 'logs' | 'gauge' | 'sum' | 'histogram' | 'expHistogram' | 'summary';

/** A row as text: equal texts mean equal rows. */
export interface RowText {
  readonly table: RowTable;
  readonly text: string;
}

const TABLE_OF_DATA: Partial<Record<OtlpMessageName, RowTable>> = {
  Gauge: 'gauge',
  Sum: 'sum',
  Histogram: 'histogram',
  ExponentialHistogram: 'expHistogram',
  Summary: 'summary',
};

/** Says what the rows of a request's records have to be. */
export class ExpectedRows {
  readonly #bytes: Buffer;
  /** By their innermost message: what the messages around records say. */
  readonly #owners = new Map<WireMessage, string>();

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The row of a record: what tables hold of it and of the messages around it. */
  row({ message, around }: ExpectedRecord): RowText {
    const owner = this.#ownerOf(around);
    if (message.name === 'Span') return { table: 'spans', text: `${owner} ${this.#span(message)}` };
    if (message.name === 'LogRecord') return { table: 'logs', text: `${owner} ${this.#log(message)}` };
    const data = around[around.length - 1] as WireMessage;
    return { table: TABLE_OF_DATA[data.name] as RowTable, text: `${owner} ${this.#point(message)}` };
  }

  #ownerOf(around: readonly WireMessage[]): string {
    const innermost = around[around.length - 1] as WireMessage;
    const known = this.#owners.get(innermost);
    if (known !== undefined) return known;
    const [, resource, scope, metric, data] = around as readonly [
      WireMessage,
      WireMessage,
      WireMessage,
      ...WireMessage[],
    ];
    const owner = `${this.#resource(resource)} ${this.#scope(scope)}`;
    const text = metric && data ? `${owner} ${this.#metric(metric, data)}` : owner;
    this.#owners.set(innermost, text);
    return text;
  }

  #resource(message: WireMessage): string {
    return this.#attributes(this.#merged(message, 1), 1) + this.#text(message, 3);
  }

  #scope(message: WireMessage): string {
    const scope = this.#merged(message, 1);
    const facts = [
      this.#text(scope, 1),
      this.#text(scope, 2),
      this.#attributes(scope, 3),
      this.#uint32(scope, 4),
    ];
    return `${facts.join('/')}/${this.#text(message, 3)}`;
  }

  #span(span: WireMessage): string {
    const status = this.#merged(span, 15);
    return [
      this.#id(span, 1, 16),
      this.#id(span, 2, 8),
      this.#id(span, 4, 8),
      this.#text(span, 3),
      this.#text(span, 5),
      upTo(5, this.#uint32(span, 6)),
      this.#bits(span, 7),
      this.#bits(span, 8),
      this.#bits(span, 16),
      this.#text(status, 2),
      upTo(2, this.#uint32(status, 3)),
      this.#attributes(span, 9),
      this.#each(span, 11, (event) => [
        this.#bits(event, 1),
        this.#text(event, 2),
        this.#attributes(event, 3),
      ]),
      this.#each(span, 13, (link) => [
        this.#id(link, 1, 16),
        this.#id(link, 2, 8),
        this.#text(link, 3),
        this.#attributes(link, 4),
      ]),
    ].join(' ');
  }

  #log(log: WireMessage): string {
    return [
      this.#bits(log, 1),
      this.#bits(log, 11),
      upTo(255, this.#uint32(log, 2)),
      this.#text(log, 3),
      this.#value(log, 5),
      this.#attributes(log, 6),
      this.#bits(log, 8),
      this.#id(log, 9, 16),
      this.#id(log, 10, 8),
      this.#text(log, 12),
    ].join(' ');
  }

  /** Each data field is a metric of its own. */
  #metric(metric: WireMessage, data: WireMessage): string {
    const isTemporal = data.name === 'Sum' || data.name.endsWith('Histogram');
    const temporality = isTemporal ? upTo(2, this.#uint32(data, 2)) : 0;
    const isMonotonic = data.name === 'Sum' && this.#bits(data, 3) !== 0n ? 1 : 0;
    const texts = [this.#text(metric, 1), this.#text(metric, 2), this.#text(metric, 3)];
    return [...texts, temporality, isMonotonic].join(' ');
  }

  #point(point: WireMessage): string {
    switch (point.name) {
      case 'NumberDataPoint':
        return this.#list(point, [2, 3], 8, 7, [this.#number(point, 4, 6), this.#exemplars(point, 5)]);
      case 'HistogramDataPoint':
        return this.#list(point, [2, 3, 4, 5, 11, 12], 10, 9, [
          this.#words(point, 6),
          this.#words(point, 7),
          this.#exemplars(point, 8),
        ]);
      case 'ExponentialHistogramDataPoint':
        return this.#list(point, [2, 3, 4, 5, 12, 13, 7, 14], 10, 1, [
          zigzag(this.#uint32(point, 6)),
          this.#buckets(point, 8),
          this.#buckets(point, 9),
          this.#exemplars(point, 11),
        ]);
      default:
        return this.#list(point, [2, 3, 4, 5], 8, 7, [
          this.#each(point, 6, (quantile) => [this.#bits(quantile, 1), this.#bits(quantile, 2)]),
        ]);
    }
  }

  #list(
    point: WireMessage,
    words: readonly number[],
    flags: number,
    attributes: number,
    rest: readonly unknown[],
  ): string {
    return [
      ...words.map((number) => this.#bits(point, number)),
      this.#uint32(point, flags),
      this.#attributes(point, attributes),
      ...rest,
    ].join(' ');
  }

  #exemplars(point: WireMessage, number: number): string {
    return this.#each(point, number, (exemplar) => [
      this.#bits(exemplar, 2),
      this.#number(exemplar, 3, 6),
      this.#id(exemplar, 4, 8),
      this.#id(exemplar, 5, 16),
      this.#attributes(exemplar, 7),
    ]);
  }

  /** The bits of a double, whichever of its two names came last. */
  #number(message: WireMessage, asDouble: number, asInt: number): bigint {
    const field = message.fields.findLast(({ number }) => number === asDouble || number === asInt);
    if (field === undefined) return 0n;
    const bits = bitsOf(this.#bytes, field);
    if (field.number === asDouble) return bits;
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, Number(BigInt.asIntN(64, bits)));
    return view.getBigUint64(0);
  }

  #buckets(point: WireMessage, number: number): string {
    const buckets = this.#merged(point, number);
    const counts = buckets.fields
      .filter((field) => field.number === 2)
      .flatMap((field) => this.#varints(field));
    return `${zigzag(this.#uint32(buckets, 1))}[${counts.join()}]`;
  }

  #varints({ payload, end }: WireField): bigint[] {
    const values: bigint[] = [];
    for (let at = payload; at < end; ) {
      let next = at;
      while ((this.#bytes[next++] as number) > 0x7f);
      values.push(varintBits(this.#bytes.subarray(at, next)));
      at = next;
    }
    return values;
  }

  #words(message: WireMessage, number: number): string {
    const parts = message.fields.filter((field) => field.number === number).map((field) => this.#raw(field));
    return Buffer.from(parts.join(''), 'latin1').toString('hex');
  }

  #each(message: WireMessage, number: number, facts: (inner: WireMessage) => readonly unknown[]): string {
    const inner = message.fields.flatMap((field) =>
      field.number === number && field.message ? [field.message] : [],
    );
    return `[${inner.map((one) => facts(one).join(' ')).join(',')}]`;
  }

  /** All messages of a field that is not repeated, merged into one. */
  #merged(message: WireMessage, number: number): WireMessage {
    const fields = message.fields.flatMap((field) =>
      field.number === number ? (field.message?.fields ?? []) : [],
    );
    return { name: message.name, start: 0, end: 0, fields };
  }

  #attributes(message: WireMessage, number: number): string {
    return this.#each(message, number, (pair) => [this.#text(pair, 1), this.#value(pair, 2)]);
  }

  /** Of several members the last one holds, as they came. */
  #value(message: WireMessage, number: number): string {
    const members = this.#merged(message, number).fields.filter((field) => field.number <= 7);
    const member = members[members.length - 1];
    return member === undefined ? '0=' : `${member.number}=${this.#raw(member)}`;
  }

  #id(message: WireMessage, number: number, length: number): string {
    const field = last(message, number);
    if (field === undefined || field.end - field.payload !== length) return '';
    const bytes = this.#bytes.subarray(field.payload, field.end);
    return bytes.every((byte) => byte === 0) ? '' : Buffer.from(bytes).toString('hex');
  }

  #text(message: WireMessage, number: number): string {
    const field = last(message, number);
    return field === undefined ? '' : this.#raw(field);
  }

  #raw({ payload, end }: WireField): string {
    return this.#bytes.toString('latin1', payload, end);
  }

  #bits(message: WireMessage, number: number): bigint {
    return lastBits(this.#bytes, message, number);
  }

  #uint32(message: WireMessage, number: number): number {
    return Number(BigInt.asUintN(32, this.#bits(message, number)));
  }
}

/** Enum values nobody has a name for count as 0. */
function upTo(highest: number, value: number): number {
  return value > highest ? 0 : value;
}

function zigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
