import { isJson } from '../../otlp/columns/encoding.ts';
import { signalOfTopic } from '../../schemas/names.ts';
import { describeRequest } from './describe-request.ts';
import type { ShelvedLetter } from './letter-shelf.ts';
import { letterJson, secondsOf, sizeText } from './list-letters.ts';

/** How a letter is shown. */
export interface ShowOptions {
  /** Everything as one JSON object, the bytes in base64. */
  readonly json: boolean;
  /** All lines of the content. */
  readonly all: boolean;
}

const USUAL_LINES = 80;
const HEX_BYTES = 256;

/** The letter as text: what is known of it, then its content as far as it can be read, then its first bytes. */
export function showLetter(letter: ShelvedLetter, bytes: Buffer, { json, all }: ShowOptions): string {
  if (json) return JSON.stringify({ ...letterJson(letter), bytes: bytes.toString('base64') });
  const facts = [
    ['letter', letter.id],
    ['record', `${letter.topic}/${letter.partition}/${letter.offset}`],
    ['topic id', letter.topicId],
    ...(letter.tenant === '' ? [] : [['tenant', letter.tenant]]),
    ['appended', `${secondsOf(letter.appendedMillis)} UTC`],
    ['reason', letter.reason],
    ['detail', letter.detail],
    ['rows', letter.rows === 0 ? 'unknown' : String(letter.rows)],
    ['size', `${sizeText(letter.size)}, ${formatOf(letter, bytes)}`],
    ['replayed', letter.replayedMillis === undefined ? 'no' : `${secondsOf(letter.replayedMillis)} UTC`],
  ];
  return [
    ...facts.map(([name = '', value = '']) => `${name.padEnd(9)} ${value}`),
    '',
    ...shortened(contentOf(letter, bytes), all),
    '',
    ...hexLines(bytes),
  ].join('\n');
}

function formatOf({ reason }: ShelvedLetter, bytes: Buffer): string {
  if (reason === 'damaged') return 'a batch of the log';
  return isJson(bytes) ? 'JSON' : 'protobuf';
}

function contentOf(letter: ShelvedLetter, bytes: Buffer): readonly string[] {
  if (letter.reason === 'damaged') return [];
  if (isJson(bytes)) return jsonLines(bytes);
  const signal = signalOfTopic(letter.topic);
  return signal === undefined ? [] : describeRequest(signal, bytes);
}

/** Indented when it is JSON, else as it is. */
function jsonLines(bytes: Buffer): readonly string[] {
  const text = bytes.toString('utf8');
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2).split('\n');
  } catch {
    return text.split('\n').flatMap((line) => line.match(/.{1,160}/gu) ?? ['']);
  }
}

function shortened(lines: readonly string[], all: boolean): readonly string[] {
  if (all || lines.length <= USUAL_LINES) return lines;
  return [...lines.slice(0, USUAL_LINES), `… ${lines.length - USUAL_LINES} more lines; --all shows them`];
}

/** `00000010  0a 1f …  .text.`, sixteen bytes a line. */
function hexLines(bytes: Buffer): readonly string[] {
  const shown = bytes.subarray(0, HEX_BYTES);
  const lines = Array.from({ length: Math.ceil(shown.length / 16) }, (_, line) => {
    const part = shown.subarray(line * 16, line * 16 + 16);
    const hex = (part.toString('hex').match(/../g) ?? []).join(' ').padEnd(47);
    const text = part.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    return `${(line * 16).toString(16).padStart(8, '0')}  ${hex}  ${text}`;
  });
  return bytes.length > HEX_BYTES
    ? [...lines, `… ${bytes.length - HEX_BYTES} more bytes; --raw writes all`]
    : lines;
}
