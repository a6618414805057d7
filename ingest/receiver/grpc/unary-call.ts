import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { encodeExportResponse } from '../../../otlp/response/encode-export-response.ts';
import type { RpcStatus } from '../../../otlp/response/types.ts';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import { GRPC_SERVICE } from '../../../schemas/otlp.ts';
import type { Admission } from '../admission.ts';
import { GRPC_CODE } from '../grpc-code.ts';
import type { Intake } from '../intake.ts';
import type { ReceiverMetrics } from '../receiver-metrics.ts';
import type { Answer, Compression } from '../types.ts';
import { type GrpcMessage, type MessageFault, MessageReader } from './message-reader.ts';
import { trailersOf } from './trailers.ts';

/** What a call needs. */
export interface GrpcContext {
  readonly intake: Intake;
  readonly admission: Admission;
  readonly metrics: ReceiverMetrics;
}

const SIGNAL_OF_PATH = new Map<string, Signal>(
  SIGNALS.map((signal) => [`/${GRPC_SERVICE[signal]}/Export`, signal]),
);
const COMPRESSIONS = new Map<string, Compression>([
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['deflate', 'deflate'],
]);
const RESPONSE_HEADERS = {
  ':status': 200,
  'content-type': 'application/grpc+proto',
  'grpc-accept-encoding': 'identity,gzip,deflate',
};

/**
 * One unary `Export` call on an HTTP/2 stream: reading, then taking, then done. A call that is refused while it is
 * read is answered at once and its stream reset, so the sender stops and nothing of it is kept.
 */
export class UnaryCall {
  readonly #stream: ServerHttp2Stream;
  readonly #context: GrpcContext;
  readonly #signal: Signal;
  readonly #compression: Compression;
  readonly #reader: MessageReader;
  #isReading = true;

  private constructor(
    stream: ServerHttp2Stream,
    { signal, compression, context }: { signal: Signal; compression: Compression; context: GrpcContext },
  ) {
    this.#stream = stream;
    this.#context = context;
    this.#signal = signal;
    this.#compression = compression;
    this.#reader = new MessageReader({
      admission: context.admission,
      maxBytes: context.intake.maxRequestBytes,
    });
  }

  /** Starts to read a call, or answers it when its headers are not those of an `Export`: undefined then. */
  static start(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    context: GrpcContext,
  ): UnaryCall | undefined {
    if (!/^application\/grpc(?:$|[+;])/.test(headers['content-type'] ?? '')) {
      stream.respond({ ':status': 415 }, { endStream: true });
      stream.close(constants.NGHTTP2_NO_ERROR);
      return undefined;
    }
    const signal = SIGNAL_OF_PATH.get(String(headers[':path']));
    const coding = String(headers['grpc-encoding'] ?? 'identity');
    const compression = COMPRESSIONS.get(coding);
    if (signal === undefined || compression === undefined) {
      const message =
        signal === undefined ? `There is no method ${headers[':path']}` : `Cannot decompress "${coding}"`;
      end(stream, { code: GRPC_CODE.unimplemented, message });
      return undefined;
    }
    const call = new UnaryCall(stream, { signal, compression, context });
    call.#read();
    return call;
  }

  /** Ends a call that is still being read, as its time is over. */
  expire(): void {
    this.#refuse({ code: GRPC_CODE.deadlineExceeded, message: 'The request did not arrive in time' });
  }

  #read(): void {
    this.#stream.on('data', (data: Buffer) => {
      if (!this.#isReading) return;
      const fault = this.#reader.push(data);
      if (fault !== undefined) this.#fail(fault);
    });
    this.#stream.on('end', () => {
      if (this.#isReading) this.#complete();
    });
    this.#stream.on('close', () => {
      if (this.#isReading) this.#stopReading();
    });
  }

  #fail(fault: MessageFault): void {
    const { intake } = this.#context;
    switch (fault) {
      case 'too-large':
        this.#refuse(this.#counted(intake.tooLarge()));
        return;
      case 'overloaded':
        this.#refuse(this.#counted(intake.overloaded()));
        return;
      case 'invalid-flag':
        this.#refuse({ code: GRPC_CODE.internal, message: 'The compressed flag is neither 0 nor 1' });
        return;
      case 'second-message':
        this.#refuse({ code: GRPC_CODE.unimplemented, message: 'A unary call has one message' });
    }
  }

  #complete(): void {
    const message = this.#reader.finish();
    if (message === undefined) {
      this.#refuse({ code: GRPC_CODE.internal, message: 'The message is not complete' });
      return;
    }
    this.#isReading = false;
    void this.#take(message);
  }

  async #take({ compressed, body }: GrpcMessage): Promise<void> {
    const { reservation } = this.#reader;
    if (reservation === undefined) return;
    const compression = compressed ? this.#compression : 'identity';
    try {
      const delivery = { signal: this.#signal, protocol: 'grpc' as const, compression, body };
      this.#answer(await this.#context.intake.take(delivery, reservation));
    } finally {
      reservation.release();
    }
  }

  #answer(answer: Answer): void {
    const status = this.#counted(answer);
    if (answer.kind !== 'taken') {
      end(this.#stream, status);
      return;
    }
    if (isGone(this.#stream)) return;
    const response = frame(encodeExportResponse(this.#signal, answer.partial, 'protobuf'));
    this.#stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
    this.#stream.once('wantTrailers', () => this.#stream.sendTrailers(trailersOf(status)));
    this.#stream.end(response);
  }

  #counted(answer: Answer): RpcStatus {
    this.#context.metrics.answered(this.#signal, 'grpc', answer.kind);
    return statusOf(answer);
  }

  #refuse(status: RpcStatus): void {
    if (!this.#isReading) return;
    this.#stopReading();
    end(this.#stream, status);
  }

  #stopReading(): void {
    this.#isReading = false;
    this.#reader.reservation?.release();
  }
}

/** Answers with trailers only, and resets the stream so that the sender stops. */
function end(stream: ServerHttp2Stream, status: RpcStatus): void {
  if (isGone(stream)) return;
  stream.respond({ ...RESPONSE_HEADERS, ...trailersOf(status) }, { endStream: true });
  stream.close(constants.NGHTTP2_NO_ERROR);
}

/** A stream whose caller went away is closed before it is destroyed, and throws on an answer from then on. */
function isGone(stream: ServerHttp2Stream): boolean {
  return stream.closed || stream.destroyed;
}

function frame(message: Uint8Array): Buffer {
  const framed = Buffer.alloc(message.length + 5);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}

function statusOf(answer: Answer): RpcStatus {
  switch (answer.kind) {
    case 'taken':
      return { code: GRPC_CODE.ok, message: '' };
    case 'malformed':
      return {
        code: GRPC_CODE.invalidArgument,
        message: answer.message,
        fieldViolations: answer.violations,
      };
    case 'too-large':
      return { code: GRPC_CODE.resourceExhausted, message: answer.message };
    case 'overloaded':
    case 'unavailable':
      return { code: GRPC_CODE.unavailable, message: answer.message, retryDelaySeconds: answer.retrySeconds };
  }
}
