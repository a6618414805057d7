import type { IncomingMessage } from 'node:http';
import type { Reservation } from '../admission.ts';
import { BodyBuffer } from '../body-buffer.ts';

/** How reading a body ended. */
export type BodyReading =
  | { readonly kind: 'complete'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'overloaded' }
  /** The sender went away, or was too slow. */
  | { readonly kind: 'aborted' };

/** Options of {@link readBody}. */
export interface ReadBodyOptions {
  /** Most bytes taken. */
  readonly maxBytes: number;
  /** The announced length, which the reservation holds already; undefined when none was announced. */
  readonly announcedBytes: number | undefined;
  readonly reservation: Reservation;
}

/**
 * Reads a request's body into one buffer. Without an announced length bytes are admitted as they come; when they
 * cannot be, what was read is dropped and the rest is read past, so the connection stays usable.
 */
export function readBody(request: IncomingMessage, options: ReadBodyOptions): Promise<BodyReading> {
  const { maxBytes, announcedBytes, reservation } = options;
  const buffer = new BodyBuffer(announcedBytes);
  return new Promise((resolve) => {
    const finish = (reading: BodyReading) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      request.resume();
      resolve(reading);
    };
    const onData = (piece: Buffer) => {
      if (buffer.size + piece.length > maxBytes) finish({ kind: 'too-large' });
      else if (announcedBytes === undefined && !reservation.grow(piece.length))
        finish({ kind: 'overloaded' });
      else buffer.append(piece);
    };
    const onEnd = () => finish({ kind: 'complete', body: buffer.finish() });
    const onClose = () => finish({ kind: 'aborted' });
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}
