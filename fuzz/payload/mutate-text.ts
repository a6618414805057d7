import type { Random } from '../../bench/payload/random.ts';
import { MAX_DEPTH } from '../../otlp/wire/wire-type.ts';
import { mutateBytes } from './mutate-bytes.ts';

/** One change to JSON text that means something to its readers. */
type TextMutation = (text: string, random: Random) => string;

const MUTATIONS: readonly TextMutation[] = [
  swapValue,
  swapValue,
  swapNumber,
  swapNumber,
  editString,
  editString,
  renameKey,
  repeatMember,
  insertUnknown,
  nestDeeply,
  insertPunctuation,
  frame,
];

/** Values that stand where others belong. */
const VALUES = [
  'null',
  'true',
  'false',
  '{}',
  '[]',
  '[[]]',
  '[null]',
  '[{}]',
  '""',
  '"text"',
  '0',
  '-1',
  'nul',
  'True',
  'NaN',
  '"NaN"',
  '"-Infinity"',
  'undefined',
  '{"a":1,"a":2}',
] as const;

const NUMBERS = [
  '0',
  '-0',
  '00',
  '+1',
  '.5',
  '1.',
  '1.0',
  '1.5',
  '1e3',
  '1E+3',
  '1e-3',
  '1000e-3',
  '0e999999999999',
  '1e999',
  '-1e999',
  '1e-999',
  '0x10',
  '1_000',
  '2147483648',
  '-2147483649',
  '4294967296',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '18446744073709551615',
  '18446744073709551616',
  '1.8446744073709551615e19',
  `1${'0'.repeat(400)}`,
  `0.${'0'.repeat(400)}1`,
  `1e${'9'.repeat(400)}`,
] as const;

const ESCAPES = [
  '\\u0000',
  '\\ud800',
  '\\udc00',
  '\\ud83d\\ude00',
  '\\ude00\\ud83d',
  '\\u12',
  '\\uzzzz',
  '\\x41',
  '\\',
  '\\"',
  '\\/',
  '\\b\\f\\n\\r\\t',
  '\\u0041',
  '\u0001',
  '\n',
  '\u007f',
  '\u2028',
  '"',
] as const;

const UNKNOWN_MEMBERS = [
  '"unknown":1',
  '"__proto__":{"spans":[]}',
  '"constructor":null',
  '"un\\u006bnown":[1,{"a":[]}]',
  '"unknown":{"\\q":1}',
  '"":""',
  '"unknown":"\\ud800"',
  '"unknown":-',
  '"resource_spans":[]',
] as const;

/** How deep values nest: around the limit, and beyond it; far beyond it once in a while, as that takes long. */
const DEPTHS = [10, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, MAX_DEPTH, 100, 100, 100, 100, 3000] as const;

/** The text with one change, in UTF-8; in one of three cases a change to bytes that knows nothing of JSON. */
export function mutateText(bytes: Uint8Array, random: Random, donor: Uint8Array): Uint8Array {
  if (random.below(3) === 0) return mutateBytes(bytes, random, donor);
  // Bytes that are no UTF-8 are kept: latin1 is a byte a character.
  const text = Buffer.from(bytes).toString('latin1');
  return Buffer.from(random.pick(MUTATIONS)(text, random), 'latin1');
}

/** Replaces one of the matches, chosen at random. */
function replaceOne(text: string, pattern: RegExp, by: (match: string) => string, random: Random): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const match = random.pick(matches);
  return text.slice(0, match.index) + by(match[0]) + text.slice(match.index + match[0].length);
}

function swapValue(text: string, random: Random): string {
  return replaceOne(text, /(?<=:)(?:"[^"]*"|[-\d.eE]+|true|false)/g, () => random.pick(VALUES), random);
}

function swapNumber(text: string, random: Random): string {
  const quoted = random.below(2) === 0;
  const number = random.pick(NUMBERS);
  return replaceOne(
    text,
    /(?<=[:[,])"?-?\d+(?:\.\d+)?"?(?=[,\]}])/g,
    () => (quoted ? `"${number}"` : number),
    random,
  );
}

function editString(text: string, random: Random): string {
  const inserted = Buffer.from(random.pick(ESCAPES)).toString('latin1');
  const insert = (match: string) => {
    const at = 1 + random.below(match.length - 1);
    return match.slice(0, at) + inserted + match.slice(at);
  };
  return replaceOne(text, /"[^"]*"/g, insert, random);
}

/** `startTimeUnixNano` → `start_time_unix_nano`, another case, an escape, an empty name. */
function renameKey(text: string, random: Random): string {
  const rename = (key: string) => {
    switch (random.below(4)) {
      case 0:
        return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      case 1:
        return key.toUpperCase();
      case 2:
        return key.replace(/[a-z]/, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
      default:
        return '""';
    }
  };
  return replaceOne(text, /"[A-Za-z]+"(?=:)/g, rename, random);
}

/** The same name twice, with the same value or another. */
function repeatMember(text: string, random: Random): string {
  const repeat = (member: string) => {
    const [name] = member.split(':', 1);
    return `${member},${random.below(2) === 0 ? member : `${name}:${random.pick(VALUES)}`}`;
  };
  return replaceOne(text, /"[A-Za-z]+":(?:"[^"]*"|[-\d.eE]+)(?=[,}])/g, repeat, random);
}

function insertUnknown(text: string, random: Random): string {
  return replaceOne(text, /\{(?=")/g, () => `{${random.pick(UNKNOWN_MEMBERS)},`, random);
}

function nestDeeply(text: string, random: Random): string {
  const depth = random.pick(DEPTHS);
  const nest = (open: string, close: string) => open.repeat(depth) + close.repeat(depth);
  switch (random.below(3)) {
    case 0:
      return replaceOne(text, /\{(?=")/g, () => `{"unknown":${nest('[', ']')},`, random);
    case 1:
      return replaceOne(
        text,
        /\{(?=")/g,
        () => `{"unknown":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)},`,
        random,
      );
    default: {
      const value = `${'{"arrayValue":{"values":['.repeat(depth)}{}${']}}'.repeat(depth)}`;
      return replaceOne(
        text,
        /"(?:value|body)":\{/g,
        (match) => `${match.slice(0, -1)}${value},"x":{`,
        random,
      );
    }
  }
}

function insertPunctuation(text: string, random: Random): string {
  const mark = random.pick([
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '/*x*/',
    '//',
    ' ',
    '\t\r\n',
    '\v',
    '\xa0',
    '-',
  ]);
  return replaceOne(text, /[,:{}[\]]/g, (match) => (random.below(2) === 0 ? match + mark : mark), random);
}

/** What stands around the text. */
function frame(text: string, random: Random): string {
  switch (random.below(6)) {
    case 0:
      return `\xef\xbb\xbf${text}`;
    case 1:
      return ` \n\t\r${text} \n`;
    case 2:
      return `[${text}]`;
    case 3:
      return `${text}${text}`;
    case 4:
      return `"${text}"`;
    default:
      return `${text}\0`;
  }
}
