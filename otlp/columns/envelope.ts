import type { Signal } from '../../schemas/names.ts';
import { MalformedRequestError } from '../errors.ts';
import { Arena } from './arena.ts';
import { protobufOf } from './encoding.ts';
import { Fields } from './fields.ts';
import { ResourcesBuilder } from './resources.ts';
import { ScopesBuilder } from './scopes.ts';
import type { BatchRequest, EncodedRequest, UndecodableRequest } from './types.ts';
import { MalformedError } from './wire.ts';

/** What a request in JSON that cannot be translated is decoded as. */
const NO_BYTES = new Uint8Array(0);

/** The part of a decoder that knows its signal: it reads records and takes back those of a failed request. */
export interface RecordReader {
  /** Forgets everything, for the next batch. */
  clear(): void;
  /** Remembers where the tables end now. */
  mark(): void;
  /** Takes back all rows since `mark`. */
  rewind(): void;
  /** Reads the record message `[start, end)`; throws `MalformedError`. */
  read(start: number, end: number, scope: number): void;
}

/**
 * What the three signals share; they use the same field numbers down to the record:
 *
 *   Export<Signal>ServiceRequest: 1 Resource<Signal>
 *   Resource<Signal>:             1 Resource · 2 Scope<Signal> · 3 schema_url
 *   Scope<Signal>:                1 InstrumentationScope · 2 record · 3 schema_url
 */
export class EnvelopeDecoder {
  readonly arena = new Arena();
  readonly resources = new ResourcesBuilder(this.arena);
  readonly scopes = new ScopesBuilder(this.arena);
  undecodable: UndecodableRequest[] = [];
  requests: readonly BatchRequest[] = [];
  readonly #signal: Signal;

  constructor(signal: Signal) {
    this.#signal = signal;
  }

  /** Decodes the requests into the tables of `reader`; one that is malformed leaves no row anywhere. */
  decode(requests: readonly EncodedRequest[], reader: RecordReader): void {
    this.requests = requests;
    this.undecodable = [];
    for (const table of [this.resources, this.scopes, reader]) table.clear();
    const contents = requests.map((request) => this.#contentOf(request));
    const starts = this.arena.load(contents);
    for (const [index, request] of requests.entries()) {
      for (const table of [this.resources, this.scopes, reader]) table.mark();
      const start = starts[index] as number;
      try {
        this.#readRequest(start, start + (contents[index] as Uint8Array).length, index, reader);
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
        for (const table of [this.resources, this.scopes, reader]) table.rewind();
        this.#refuse(request, error.message);
      }
    }
  }

  /** The request in protobuf; nothing when it is damaged, or JSON that cannot be read, which is then told. */
  #contentOf(request: EncodedRequest): Uint8Array {
    if (request.damage !== undefined) {
      this.#refuse(request, request.damage);
      return NO_BYTES;
    }
    try {
      return protobufOf(this.#signal, request.bytes);
    } catch (error) {
      if (!(error instanceof MalformedRequestError)) throw error;
      this.#refuse(request, `${error.reason} in ${error.path} at byte ${error.offset}`);
      return NO_BYTES;
    }
  }

  #refuse({ offset, appendedMillis, tenant }: EncodedRequest, reason: string): void {
    this.undecodable.push({ offset, appendedMillis, tenant, reason });
  }

  #readRequest(start: number, end: number, request: number, reader: RecordReader): void {
    const fields = new Fields(this.arena.bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x0a) this.#readResource(fields.start, fields.end, request, reader);
    }
  }

  #readResource(start: number, end: number, request: number, reader: RecordReader): void {
    const { resources } = this;
    const row = resources.open(request);
    const fields = new Fields(this.arena.bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x0a) resources.read(fields.start, fields.end);
      else if (fields.tag === 0x12) this.#readScope(fields.start, fields.end, row, reader);
      else if (fields.tag === 0x1a) resources.schemaUrl.set(row, fields.start, fields.end);
    }
    resources.close();
  }

  #readScope(start: number, end: number, resource: number, reader: RecordReader): void {
    const { scopes } = this;
    const row = scopes.open(resource);
    const fields = new Fields(this.arena.bytes, start, end);
    while (fields.next()) {
      if (fields.tag === 0x0a) scopes.read(fields.start, fields.end);
      else if (fields.tag === 0x12) reader.read(fields.start, fields.end, row);
      else if (fields.tag === 0x1a) scopes.schemaUrl.set(row, fields.start, fields.end);
    }
    scopes.close();
  }
}
