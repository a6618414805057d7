import type { Random } from '../../bench/payload/random.ts';

/** One change to bytes; the argument is not touched. `donor` are other valid bytes of the same kind. */
type ByteMutation = (bytes: Uint8Array, random: Random, donor: Uint8Array) => Uint8Array;

const MUTATIONS: readonly ByteMutation[] = [
  flipBit,
  flipBit,
  flipBit,
  setByte,
  insertBytes,
  removeBytes,
  truncate,
  truncate,
  repeatBytes,
  moveBytes,
  spliceWith,
  appendAll,
];

/** Bytes that mean much in few: tags of groups and lengths, lengths and varints as long as they get. */
const TELLING: readonly Uint8Array[] = [
  Uint8Array.of(0x00),
  Uint8Array.of(0xff),
  Uint8Array.of(0x80),
  Uint8Array.of(0x7f),
  Uint8Array.of(0x0a),
  Uint8Array.of(0x12),
  Uint8Array.of(0x0b),
  Uint8Array.of(0x0c),
  Uint8Array.of(0x0a, 0x00),
  Uint8Array.of(0x12, 0xff, 0xff, 0xff, 0xff, 0x07),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
  Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01),
];

/** The bytes with one change, as a copy. */
export function mutateBytes(bytes: Uint8Array, random: Random, donor: Uint8Array): Uint8Array {
  return random.pick(MUTATIONS)(bytes, random, donor);
}

function place(bytes: Uint8Array, random: Random): number {
  return random.below(bytes.length + 1);
}

/** The bytes with `[start, end)` replaced. */
function replace(bytes: Uint8Array, start: number, end: number, by: Uint8Array): Uint8Array {
  const out = new Uint8Array(start + by.length + bytes.length - end);
  out.set(bytes.subarray(0, start));
  out.set(by, start);
  out.set(bytes.subarray(end), start + by.length);
  return out;
}

function flipBit(bytes: Uint8Array, random: Random): Uint8Array {
  const out = Uint8Array.from(bytes);
  const at = random.below(Math.max(1, out.length));
  if (at < out.length) out[at] = (out[at] as number) ^ (1 << random.below(8));
  return out;
}

function setByte(bytes: Uint8Array, random: Random): Uint8Array {
  const out = Uint8Array.from(bytes);
  const at = random.below(Math.max(1, out.length));
  if (at < out.length) out[at] = random.below(256);
  return out;
}

function insertBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = place(bytes, random);
  return replace(
    bytes,
    at,
    at,
    random.below(2) === 0 ? random.pick(TELLING) : random.bytes(1 + random.below(4)),
  );
}

function removeBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = place(bytes, random);
  return replace(bytes, at, Math.min(bytes.length, at + 1 + random.below(8)), new Uint8Array(0));
}

function truncate(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, place(bytes, random));
}

function repeatBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const start = place(bytes, random);
  const end = Math.min(bytes.length, start + random.below(64));
  return replace(bytes, end, end, bytes.subarray(start, end));
}

function moveBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const start = place(bytes, random);
  const end = Math.min(bytes.length, start + random.below(32));
  const without = replace(bytes, start, end, new Uint8Array(0));
  const at = place(without, random);
  return replace(without, at, at, bytes.subarray(start, end));
}

/** The front of one, the back of the other. */
function spliceWith(bytes: Uint8Array, random: Random, donor: Uint8Array): Uint8Array {
  return replace(bytes, place(bytes, random), bytes.length, donor.subarray(place(donor, random)));
}

/** In protobuf two messages in a row are one. */
function appendAll(bytes: Uint8Array, _random: Random, donor: Uint8Array): Uint8Array {
  return replace(bytes, bytes.length, bytes.length, donor);
}
