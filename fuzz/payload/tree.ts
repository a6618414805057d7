import { OTLP_MESSAGES, type OtlpField, type OtlpMessageName } from '../../schemas/otlp.ts';

/** A message as a tree that can be rearranged before it is written, as protobuf or as JSON. */
export interface TreeMessage {
  readonly message: OtlpMessageName;
  fields: TreeField[];
}

/** A group: fields between a start tag and an end tag. */
export interface TreeGroup {
  readonly group: TreeField[];
  /** Number of the end tag when it is not that of the start. */
  endNumber?: number;
}

export type TreeValue = bigint | Uint8Array | TreeMessage | TreeGroup;

/** One field. What its value is decides how it is written, its wire type what its tag says. */
export interface TreeField {
  number: number;
  wireType: number;
  value: TreeValue;
  /** How many bytes more than there are its length claims. */
  lengthLie?: number;
  /** Superfluous bytes in its tag and its length. */
  overlong?: number;
}

/** Whether the field holds a message. */
export function isMessage(value: TreeValue): value is TreeMessage {
  return typeof value === 'object' && 'message' in value;
}

/** Whether the field is a group. */
export function isGroup(value: TreeValue): value is TreeGroup {
  return typeof value === 'object' && 'group' in value;
}

/** The description of a field, undefined for one OTLP does not know. */
export function fieldOf(message: OtlpMessageName, number: number): OtlpField | undefined {
  return OTLP_MESSAGES[message].find((field) => field.number === number);
}

/** Every message of the tree, the root first. */
export function messagesOf(root: TreeMessage): TreeMessage[] {
  const found = [root];
  for (let next = 0; next < found.length; next++) {
    for (const { value } of (found[next] as TreeMessage).fields) if (isMessage(value)) found.push(value);
  }
  return found;
}

/** A deep copy: messages are never shared between trees. */
export function copyOf(message: TreeMessage): TreeMessage {
  return {
    message: message.message,
    fields: message.fields.map((field) => ({
      ...field,
      value: isMessage(field.value) ? copyOf(field.value) : field.value,
    })),
  };
}
