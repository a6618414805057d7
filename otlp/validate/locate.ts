import { OTLP_MESSAGES, type OtlpField, type OtlpMessageName } from '../../schemas/otlp.ts';
import { WireError } from '../wire/wire-error.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { MAX_DEPTH, WIRE_TYPE } from '../wire/wire-type.ts';

/**
 * The path of the innermost field that holds the byte at `offset`, as `resource_spans[0].scope_spans[1].spans[7]`;
 * numbers stand for fields OTLP does not know. The bytes before the offset may be trusted, those after need not be
 * valid: this is how a walk that keeps no path says where it stopped.
 */
export function locate(bytes: Uint8Array, message: OtlpMessageName, offset: number): string {
  const reader = new WireReader(bytes);
  const steps: string[] = [];
  let name: OtlpMessageName | undefined = message;
  let end = bytes.length;
  while (name !== undefined && steps.length < MAX_DEPTH) {
    const step = stepTowards(reader, { message: name, end, offset });
    if (step === undefined) break;
    steps.push(step.label);
    name = step.message;
    end = step.end;
  }
  return steps.length === 0 ? message : steps.join('.');
}

interface Step {
  readonly label: string;
  /** Set when the offset lies inside this message. */
  readonly message: OtlpMessageName | undefined;
  readonly end: number;
}

interface Search {
  readonly message: OtlpMessageName;
  readonly end: number;
  readonly offset: number;
}

function stepTowards(reader: WireReader, { message, end, offset }: Search): Step | undefined {
  const seen = new Map<number, number>();
  while (reader.position < end) {
    const fieldStart = reader.position;
    let number = 0;
    try {
      const tag = reader.tag(end);
      number = tag >>> 3;
      const inner = (tag & 7) === WIRE_TYPE.length ? reader.length(end) : undefined;
      const payload = reader.position;
      if (inner === undefined) reader.skip(tag, end, 0);
      else reader.position += inner;
      if (offset >= reader.position) {
        seen.set(number, (seen.get(number) ?? 0) + 1);
        continue;
      }
      const field = OTLP_MESSAGES[message].find((known) => known.number === number);
      const next = { label: label(field, number, seen.get(number) ?? 0), end: reader.position };
      const child = typeof field?.type === 'object' ? field.type.message : undefined;
      const isInside = inner !== undefined && offset >= payload && offset > fieldStart;
      reader.position = payload;
      return { ...next, message: isInside ? child : undefined };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      if (number === 0) return undefined;
      const field = OTLP_MESSAGES[message].find((known) => known.number === number);
      return { label: label(field, number, seen.get(number) ?? 0), message: undefined, end };
    }
  }
  return undefined;
}

function label(field: OtlpField | undefined, number: number, index: number): string {
  if (field === undefined) return String(number);
  return field.repeated ? `${field.name}[${index}]` : field.name;
}
