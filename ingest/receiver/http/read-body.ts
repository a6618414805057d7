import type { IncomingMessage } from 'node:http';
import { freeBytes } from '../../../runtime/free-bytes.ts';
import type { BodyBuffer } from '../body-buffer.ts';
import type { Entry } from '../door.ts';
import type { Answer } from '../types.ts';

/** How reading a body ended. */
export type BodyReading =
  | { readonly kind: 'complete' }
  /** It cannot be taken; the sender is told so. */
  | { readonly kind: 'refused'; readonly answer: Answer }
  /** The sender went away. */
  | { readonly kind: 'aborted' };

/** Options of {@link readBody}. */
export interface ReadBodyOptions {
  /** What the body is put together in. */
  readonly buffer: BodyBuffer;
  readonly entry: Entry;
  /** Resolves when the request lost its place. */
  readonly stopped: Promise<Answer>;
}

/**
 * Reads a request's body into one buffer. When it cannot be taken, what was read is dropped and the rest is read past,
 * so the connection stays usable.
 */
export function readBody(request: IncomingMessage, options: ReadBodyOptions): Promise<BodyReading> {
  const { buffer, entry, stopped } = options;
  return new Promise((resolve) => {
    const finish = (reading: BodyReading) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      request.resume();
      resolve(reading);
    };
    const onData = (piece: Buffer) => {
      const answer = entry.arrived(piece.length);
      if (answer === undefined) buffer.append(piece);
      else finish({ kind: 'refused', answer });
      // Node's parser copies each piece for this listener alone.
      if (piece.length === piece.buffer.byteLength) freeBytes(piece);
    };
    const onEnd = () => {
      entry.complete();
      finish({ kind: 'complete' });
    };
    const onClose = () => finish({ kind: 'aborted' });
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    void stopped.then((answer) => finish({ kind: 'refused', answer }));
  });
}
