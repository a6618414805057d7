import { OTLP_MESSAGE_NAMES, type OtlpMessageName } from '../../schemas/otlp.ts';
import { MAX_DEPTH, WIRE_TYPE } from '../wire/wire-type.ts';
import type { WireWriter } from '../wire/wire-writer.ts';
import { FieldIndex, type FieldPlan } from './field-index.ts';
import type { JsonScanner } from './json-scanner.ts';
import { ScalarTranslator } from './scalar-translator.ts';

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COLON = 0x3a;

const INDEXES = new Map(OTLP_MESSAGE_NAMES.map((name) => [name, new FieldIndex(name)]));

/**
 * Writes the protobuf of a message while reading its JSON, front to back. Fields are written in the order they come;
 * a field given twice is written twice, and protobuf's readers take the last.
 */
export class RequestTranslator {
  readonly #scanner: JsonScanner;
  readonly #writer: WireWriter;
  readonly #scalars: ScalarTranslator;
  /** Names and indices from the root to the value being read. */
  readonly #path: (string | number)[] = [];

  constructor(scanner: JsonScanner, writer: WireWriter) {
    this.#scanner = scanner;
    this.#writer = writer;
    this.#scalars = new ScalarTranslator(scanner, writer);
  }

  /** Where the translation is: `$.resourceSpans[0].scopeSpans`. */
  get path(): string {
    return this.#path.reduce<string>(
      (path, step) => path + (typeof step === 'number' ? `[${step}]` : `.${step}`),
      '$',
    );
  }

  /** Translates the whole text. */
  translate(message: OtlpMessageName): void {
    this.#message(message, 1);
    if (this.#scanner.peek() !== -1) throw this.#scanner.fault('text after the end of the request');
  }

  #message(message: OtlpMessageName, depth: number): void {
    const scanner = this.#scanner;
    if (depth > MAX_DEPTH) throw scanner.fault(`nested deeper than ${MAX_DEPTH}`);
    if (scanner.peek() !== OPEN_OBJECT) throw scanner.fault('expected an object');
    scanner.position++;
    if (scanner.isEmpty(CLOSE_OBJECT)) return;
    const index = INDEXES.get(message) as FieldIndex;
    do {
      const plan = this.#key(index);
      scanner.expect(COLON);
      if (plan === undefined) {
        scanner.skipValue();
      } else if (!scanner.isNull()) {
        this.#path.push(plan.name);
        this.#field(plan, depth);
        this.#path.pop();
      }
    } while (scanner.another(CLOSE_OBJECT));
  }

  #key(index: FieldIndex): FieldPlan | undefined {
    const scanner = this.#scanner;
    scanner.string();
    if (!scanner.tokenEscaped) return index.find(scanner.text, scanner.tokenStart, scanner.tokenEnd);
    const key = Buffer.from(scanner.tokenText());
    return index.find(key, 0, key.length);
  }

  #field(plan: FieldPlan, depth: number): void {
    if (!plan.repeated) this.#single(plan, depth);
    else if (plan.packed) this.#packed(plan);
    else this.#elements(plan, depth);
  }

  #single(plan: FieldPlan, depth: number): void {
    this.#writer.tag(plan.number, plan.wireType);
    if (plan.scalar !== undefined) {
      this.#scalars.write(plan.scalar);
      return;
    }
    const mark = this.#writer.begin();
    this.#message(plan.message as OtlpMessageName, depth + 1);
    this.#writer.end(mark);
  }

  #packed(plan: FieldPlan): void {
    this.#writer.tag(plan.number, WIRE_TYPE.length);
    const mark = this.#writer.begin();
    this.#array(() => {
      if (this.#scanner.isNull()) this.#scalars.writeDefault(plan.scalar as 'double');
      else this.#scalars.write(plan.scalar as 'double');
    });
    this.#writer.end(mark);
  }

  #elements(plan: FieldPlan, depth: number): void {
    this.#array(() => {
      if (!this.#scanner.isNull()) {
        this.#single(plan, depth);
        return;
      }
      this.#writer.tag(plan.number, WIRE_TYPE.length);
      this.#writer.byte(0);
    });
  }

  #array(element: () => void): void {
    const scanner = this.#scanner;
    if (scanner.peek() !== OPEN_ARRAY) throw scanner.fault('expected an array');
    scanner.position++;
    if (scanner.isEmpty(CLOSE_ARRAY)) return;
    const at = this.#path.push(0) - 1;
    let count = 0;
    do {
      this.#path[at] = count++;
      element();
    } while (scanner.another(CLOSE_ARRAY));
    this.#path.pop();
  }
}
