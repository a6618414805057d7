import type { Random } from '../../bench/payload/random.ts';
import { MAX_DEPTH } from '../../otlp/wire/wire-type.ts';
import { OTLP_MESSAGES, type OtlpField, type OtlpMessageName } from '../../schemas/otlp.ts';
import { bytesField, grow, messageField } from './grow.ts';
import { copyOf, fieldOf, isMessage, messagesOf, type TreeField, type TreeMessage } from './tree.ts';
import { wildId, wildInteger, wildScalar, wildText } from './wild.ts';

/** One change to a message somewhere in the tree; `donor` is another valid tree of the same signal. */
type TreeMutation = (message: TreeMessage, random: Random, donor: TreeMessage) => void;

const MUTATIONS: readonly TreeMutation[] = [
  duplicateField,
  duplicateField,
  removeField,
  reorderFields,
  makeWild,
  makeWild,
  makeWild,
  addField,
  spliceMessage,
  spliceMessage,
  misplaceMessage,
  nestDeeply,
  addUnknown,
  addGroup,
  changeWireType,
  lieAboutLength,
  lieAboutLength,
  writeOverlong,
  emptyMessage,
];

/** One in so many changes makes a record one to reject: of the others few do, and fewer leave the rest whole. */
const FLAW = 4;

/** Makes one change to the tree, in place. */
export function mutateTree(root: TreeMessage, random: Random, donor: TreeMessage): void {
  const messages = messagesOf(root);
  const judged = random.below(FLAW) === 0 ? messages.filter(isJudged) : [];
  if (judged.length > 0) makeFlawed(random.pick(judged), random);
  else random.pick(MUTATIONS)(random.pick(messages), random, donor);
}

/** Fields a record is taken or rejected for, by the message they are in. */
const JUDGED: Partial<Record<OtlpMessageName, readonly number[]>> = {
  Span: [1, 2, 4, 7, 8],
  LogRecord: [1, 11],
  Sum: [2],
  Histogram: [2],
  ExponentialHistogram: [2],
  NumberDataPoint: [3],
  HistogramDataPoint: [3, 6, 7],
  ExponentialHistogramDataPoint: [3],
  SummaryDataPoint: [3],
};

function isJudged({ message }: TreeMessage): boolean {
  return JUDGED[message] !== undefined;
}

/** Removes a field the verdict is about, or gives it another value. */
function makeFlawed(message: TreeMessage, random: Random): void {
  const number = random.pick(JUDGED[message.message] ?? []);
  const field = message.fields.find((one) => one.number === number);
  const type = fieldOf(message.message, number)?.type;
  if (field === undefined)
    message.fields.push(grownField(fieldOf(message.message, number) as OtlpField, random));
  else if (random.below(3) === 0 || typeof type !== 'string')
    message.fields.splice(message.fields.indexOf(field), 1);
  else if (typeof field.value === 'bigint') field.value = wildScalar(type, random);
  else field.value = wildId(random);
}

function fieldIn(message: TreeMessage, random: Random): TreeField | undefined {
  return message.fields[random.below(Math.max(1, message.fields.length))];
}

/** Twice in a row, or once more at the end: merged, last one wins, or one more element. */
function duplicateField(message: TreeMessage, random: Random): void {
  const field = fieldIn(message, random);
  if (field === undefined) return;
  const at = random.below(2) === 0 ? message.fields.length : message.fields.indexOf(field);
  const value = isMessage(field.value) ? copyOf(field.value) : field.value;
  message.fields.splice(at, 0, { ...field, value });
}

function removeField(message: TreeMessage, random: Random): void {
  message.fields.splice(random.below(Math.max(1, message.fields.length)), 1);
}

function reorderFields(message: TreeMessage, random: Random): void {
  const { fields } = message;
  for (let at = fields.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [fields[at], fields[other]] = [fields[other] as TreeField, fields[at] as TreeField];
  }
}

function makeWild(message: TreeMessage, random: Random): void {
  const scalars = message.fields.filter(({ value }) => !isMessage(value));
  if (scalars.length === 0) return;
  const field = random.pick(scalars);
  const type = fieldOf(message.message, field.number)?.type;
  field.value = typeof type === 'string' ? wildScalar(type, random) : wildText(random);
  if (typeof field.value === 'bigint' && field.wireType === 2) field.wireType = 0;
}

/** Any field the message may have, another member of a `oneof` included. */
function addField(message: TreeMessage, random: Random): void {
  const field = random.pick(OTLP_MESSAGES[message.message]);
  message.fields.splice(random.below(message.fields.length + 1), 0, grownField(field, random));
}

function grownField({ number, type }: OtlpField, random: Random): TreeField {
  if (typeof type === 'object') return messageField(number, grow(type.message, random, 2));
  const value = wildScalar(type, random);
  if (typeof value !== 'bigint') return bytesField(number, value);
  const wireType = type === 'fixed32' ? 5 : type === 'double' || type.includes('fixed64') ? 1 : 0;
  return { number, wireType, value };
}

/** A message of the donor in place of one of the same kind, or a list of the donor's behind the own. */
function spliceMessage(message: TreeMessage, random: Random, donor: TreeMessage): void {
  const alike = messagesOf(donor).filter((other) => other.message === message.message);
  if (alike.length === 0) return;
  const { fields } = copyOf(random.pick(alike));
  const cut = random.below(message.fields.length + 1);
  if (random.below(3) === 0) message.fields = fields;
  else message.fields = [...message.fields.slice(0, cut), ...fields.slice(random.below(fields.length + 1))];
}

/** A message where one of another kind belongs. */
function misplaceMessage(message: TreeMessage, random: Random, donor: TreeMessage): void {
  const field = fieldIn(message, random);
  if (field === undefined) return;
  field.value = copyOf(random.pick(messagesOf(donor)));
  field.wireType = 2;
}

/** Arrays in arrays, lists in lists, or both in turn: around the limit, and far beyond it. */
function nestDeeply(message: TreeMessage, random: Random): void {
  const depth = random.pick([3, 10, 20, 28, MAX_DEPTH / 2 - 2, MAX_DEPTH / 2, MAX_DEPTH, 100, 200]);
  const style = random.below(3);
  let value = grow('AnyValue', random, 2);
  for (let level = 0; level < depth; level++) {
    const asList = style === 0 || (style === 1 && level % 2 === 0);
    value = asList ? listAround(value) : arrayAround(value);
  }
  const place = message.fields.find((field) => isMessage(field.value) && field.value.message === 'AnyValue');
  if (place !== undefined) place.value = value;
  else if (message.message === 'AnyValue') message.fields = value.fields;
  else message.fields.push(attributeWith(message, value));
}

function attributeWith(message: TreeMessage, value: TreeMessage): TreeField {
  const attributes = OTLP_MESSAGES[message.message].find(
    ({ type }) => typeof type === 'object' && type.message === 'KeyValue',
  );
  return messageField(attributes?.number ?? 1, { message: 'KeyValue', fields: [messageField(2, value)] });
}

function arrayAround(value: TreeMessage): TreeMessage {
  return {
    message: 'AnyValue',
    fields: [messageField(5, { message: 'ArrayValue', fields: [messageField(1, value)] })],
  };
}

function listAround(value: TreeMessage): TreeMessage {
  const pair: TreeMessage = { message: 'KeyValue', fields: [messageField(2, value)] };
  return {
    message: 'AnyValue',
    fields: [messageField(6, { message: 'KeyValueList', fields: [messageField(1, pair)] })],
  };
}

const UNKNOWN_NUMBERS = [4, 8, 15, 17, 31, 32, 100, 1000, 2 ** 29 - 1, 2 ** 29] as const;

function unknownField(random: Random): TreeField {
  const number = random.pick(UNKNOWN_NUMBERS);
  const wireType = random.pick([0, 1, 2, 2, 5]);
  return { number, wireType, value: wireType === 2 ? wildText(random) : wildInteger(random) };
}

function addUnknown(message: TreeMessage, random: Random): void {
  message.fields.splice(random.below(message.fields.length + 1), 0, unknownField(random));
}

/** Groups, in one another, of an unknown number or a known one, now and then ended under another. */
function addGroup(message: TreeMessage, random: Random): void {
  const number = random.below(3) === 0 ? 1 + random.below(4) : random.pick(UNKNOWN_NUMBERS);
  const depth = random.pick([1, 1, 1, 2, 5, MAX_DEPTH - 4, MAX_DEPTH - 1, MAX_DEPTH, 500]);
  let field: TreeField = { number, wireType: 3, value: { group: [unknownField(random)] } };
  for (let level = 1; level < depth; level++) field = { number, wireType: 3, value: { group: [field] } };
  if (random.below(5) === 0) field.value = { group: [], endNumber: number + 1 };
  message.fields.splice(random.below(message.fields.length + 1), 0, field);
}

function changeWireType(message: TreeMessage, random: Random): void {
  const field = fieldIn(message, random);
  if (field === undefined) return;
  field.wireType = random.below(8);
  if (typeof field.value === 'bigint' && field.wireType === 2) field.value = wildText(random);
}

function lieAboutLength(message: TreeMessage, random: Random): void {
  const delimited = message.fields.filter(({ wireType }) => wireType === 2);
  if (delimited.length === 0) return;
  const lies = [-1, 1, -2, 2, 7, -8, 100, 2 ** 28, 2 ** 31, 2 ** 32, 2 ** 35, 2 ** 40];
  random.pick(delimited).lengthLie = random.pick(lies);
}

function writeOverlong(message: TreeMessage, random: Random): void {
  const field = fieldIn(message, random);
  if (field !== undefined) field.overlong = random.pick([1, 1, 2, 3, 4, 5, 9, 10]);
}

function emptyMessage(message: TreeMessage): void {
  message.fields = [];
}
