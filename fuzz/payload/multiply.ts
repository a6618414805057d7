import type { Random } from '../../bench/payload/random.ts';
import { OTLP_MESSAGES } from '../../schemas/otlp.ts';
import { bytesField } from './grow.ts';
import { copyOf, isMessage, messagesOf, type TreeField, type TreeMessage } from './tree.ts';

/** Beyond a byte's worth of names, the first size of tables, and what is usual in one place. */
const TIMES = [20, 130, 300, 1100] as const;

/** Repeats a part of the tree, in place: many records, attributes, events or buckets. Attributes get names of their own. */
export function multiply(root: TreeMessage, random: Random): void {
  const places = messagesOf(root).flatMap((message) =>
    message.fields.flatMap((field) => (isRepeated(message, field) ? [{ message, field }] : [])),
  );
  if (places.length === 0) return;
  const { message, field } = random.pick(places);
  const times = random.pick(TIMES);
  message.fields = message.fields.flatMap((one) =>
    one === field ? Array.from({ length: times }, (_, index) => another(one, index)) : [one],
  );
}

function isRepeated({ message }: TreeMessage, { number, value }: TreeField): boolean {
  const repeated = OTLP_MESSAGES[message].find((field) => field.number === number)?.repeated ?? false;
  return repeated && isMessage(value);
}

function another(field: TreeField, index: number): TreeField {
  const { value } = field;
  if (!isMessage(value)) return { ...field };
  const copy = copyOf(value);
  if (copy.message === 'KeyValue') copy.fields.push(bytesField(1, Buffer.from(`key ${index}`)));
  return { ...field, value: copy };
}
