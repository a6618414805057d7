/** Tests of a text in its UTF-8 bytes, without decoding it where that can be avoided. */
import type { RE2JS } from 're2js';
import { NONE } from '../../../../otlp/columns/types.ts';
import type { ConditionOperator } from '../types.ts';
import { compareBytes, holdsAt } from './bytes.ts';
import type { BytesTest } from './row-test.ts';

const encoder = new TextEncoder();

/** The text against a literal, byte by byte. */
export function textTest(operator: ConditionOperator, literal: string): BytesTest {
  const wanted = encoder.encode(literal);
  switch (operator) {
    case '==':
      return (bytes, start, end) => end - start === wanted.length && holdsAt(bytes, start, wanted);
    case '<':
      return (bytes, start, end) => compareBytes(bytes, start, end, wanted) < 0;
    case '<=':
      return (bytes, start, end) => compareBytes(bytes, start, end, wanted) <= 0;
    case '>':
      return (bytes, start, end) => compareBytes(bytes, start, end, wanted) > 0;
    case '>=':
      return (bytes, start, end) => compareBytes(bytes, start, end, wanted) >= 0;
  }
}

/** The text begins with the literal. */
export function prefixTest(literal: string): BytesTest {
  const wanted = encoder.encode(literal);
  return (bytes, start, end) => end - start >= wanted.length && holdsAt(bytes, start, wanted);
}

/** The text ends with the literal. */
export function suffixTest(literal: string): BytesTest {
  const wanted = encoder.encode(literal);
  return (bytes, start, end) => end - start >= wanted.length && holdsAt(bytes, end - wanted.length, wanted);
}

/** The pattern is found in the text. */
export function matchTest(regex: RE2JS): BytesTest {
  return (bytes, start, end) => regex.test(bytes.subarray(start, end));
}

const SLOTS = 512;
const LONGEST_REMEMBERED = 256;

/**
 * Remembers the answers for texts inside `source`: attribute values repeat, patterns are dear. A slot holds where
 * its text was first seen; a text that meets another in its slot takes its place.
 */
export function rememberBytes(test: BytesTest, source: Uint8Array): BytesTest {
  const starts = new Uint32Array(SLOTS).fill(NONE);
  const ends = new Uint32Array(SLOTS);
  const answers = new Uint8Array(SLOTS);
  return (bytes, start, end) => {
    if (bytes !== source || end - start > LONGEST_REMEMBERED) return test(bytes, start, end);
    const slot = hash(bytes, start, end) % SLOTS;
    const seen = starts[slot] as number;
    if (seen !== NONE && sameBytes(source, seen, ends[slot] as number, start, end))
      return answers[slot] === 1;
    const answer = test(bytes, start, end);
    starts[slot] = start;
    ends[slot] = end;
    answers[slot] = answer ? 1 : 0;
    return answer;
  };
}

/** FNV-1a. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let index = start; index < end; index++) {
    value = Math.imul(value ^ (bytes[index] as number), 0x01000193);
  }
  return value >>> 0;
}

function sameBytes(bytes: Uint8Array, seen: number, seenEnd: number, start: number, end: number): boolean {
  if (seenEnd - seen !== end - start) return false;
  for (let offset = 0; offset < end - start; offset++) {
    if (bytes[seen + offset] !== bytes[start + offset]) return false;
  }
  return true;
}
