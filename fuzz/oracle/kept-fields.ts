import type { RecordPolicy } from '../../otlp/validate/types.ts';
import type { WireField, WireMessage } from './wire.ts';

/** The fields of a message but for attributes that its list has no room for, where the policy drops them. */
export function keptFields(
  message: WireMessage,
  { maxAttributes, excessAttributes }: Partial<RecordPolicy>,
): readonly WireField[] {
  if (excessAttributes !== 'truncate' || maxAttributes === undefined) return message.fields;
  const excess = excessOf(message, maxAttributes);
  return message.fields.filter((field) => !excess.includes(field));
}

/** The attributes of a message beyond the first so many; entries of a list that is a value are none. */
export function excessOf({ name, fields }: WireMessage, maxAttributes: number): readonly WireField[] {
  if (name === 'KeyValueList') return [];
  return fields.filter((field) => field.message?.name === 'KeyValue').slice(maxAttributes);
}
