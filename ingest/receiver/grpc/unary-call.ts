import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { encodeExportResponse } from '../../../otlp/response/encode-export-response.ts';
import type { RpcStatus } from '../../../otlp/response/types.ts';
import { SIGNALS, type Signal } from '../../../schemas/names.ts';
import { GRPC_SERVICE } from '../../../schemas/otlp.ts';
import { type Door, Entry } from '../door.ts';
import { GRPC_CODE } from '../grpc-code.ts';
import type { Intake } from '../intake.ts';
import type { ReceiverMetrics } from '../receiver-metrics.ts';
import type { Answer, Compression, RetryAnswer } from '../types.ts';
import { type GrpcMessage, type MessageFault, MessageReader } from './message-reader.ts';
import { trailersOf } from './trailers.ts';

/** What a call needs. */
export interface GrpcContext {
  readonly door: Door;
  readonly intake: Intake;
  readonly metrics: ReceiverMetrics;
  /** A sender that does not read its answer for so long loses its connection, milliseconds. */
  readonly unreadTimeoutMillis: number;
}

const SIGNAL_OF_PATH = new Map<string, Signal>(
  SIGNALS.map((signal) => [`/${GRPC_SERVICE[signal]}/Export`, signal]),
);
const COMPRESSIONS = new Map<string, Compression>([
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['zstd', 'zstd'],
]);
const RESPONSE_HEADERS = {
  ':status': 200,
  'content-type': 'application/grpc+proto',
  'grpc-accept-encoding': [...COMPRESSIONS.keys()].join(','),
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
  #isReading = true;
  #isTaken = false;

  private constructor(
    stream: ServerHttp2Stream,
    { signal, compression, context }: { signal: Signal; compression: Compression; context: GrpcContext },
  ) {
    this.#stream = stream;
    this.#context = context;
    this.#signal = signal;
    this.#compression = compression;
  }

  /** Serves a call, or answers it when its headers are not those of an `Export`. */
  static serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, context: GrpcContext): void {
    if (!/^application\/grpc(?:$|[+;])/.test(headers['content-type'] ?? '')) {
      stream.respond({ ':status': 415 }, { endStream: true });
      stream.close(constants.NGHTTP2_NO_ERROR);
      return;
    }
    const signal = SIGNAL_OF_PATH.get(String(headers[':path']));
    const coding = String(headers['grpc-encoding'] ?? 'identity');
    const compression = COMPRESSIONS.get(coding);
    if (signal === undefined || compression === undefined) {
      const message =
        signal === undefined
          ? `OTLP is taken by ${[...SIGNAL_OF_PATH.keys()].join(', ')}; there is no method ${headers[':path']}`
          : `Cannot decompress "${coding}": send ${[...COMPRESSIONS.keys()].join(', ')}`;
      end(stream, { code: GRPC_CODE.unimplemented, message }, context);
      return;
    }
    new UnaryCall(stream, { signal, compression, context }).#enter(headers);
  }

  #enter(headers: IncomingHttpHeaders): void {
    const connection = this.#stream.session ?? this.#stream;
    const onStop = (answer: Answer) => this.#refuse(this.#counted(answer));
    const entry = this.#context.door.enter({ headers, connection, onStop });
    if (entry instanceof Entry) this.#read(entry);
    else this.#refuse(this.#counted(entry));
  }

  #read(entry: Entry): void {
    const reader = new MessageReader(entry);
    this.#stream.on('data', (data: Buffer) => {
      if (!this.#isReading) return;
      const fault = reader.push(data);
      if (fault === undefined) return;
      reader.release();
      this.#fail(fault, entry);
    });
    this.#stream.on('end', () => {
      if (this.#isReading) this.#complete(reader, entry);
    });
    this.#stream.on('close', () => {
      // Once it is taken, what takes it gives its memory back.
      if (!this.#isTaken) reader.release();
      if (!this.#isReading) return;
      this.#isReading = false;
      entry.leave();
    });
  }

  #fail(fault: MessageFault, entry: Entry): void {
    entry.leave();
    switch (fault) {
      case 'invalid-flag':
        this.#refuse({ code: GRPC_CODE.internal, message: 'The compressed flag is neither 0 nor 1' });
        return;
      case 'second-message':
        this.#refuse({ code: GRPC_CODE.unimplemented, message: 'A unary call has one message' });
        return;
      default:
        this.#refuse(this.#counted(fault));
    }
  }

  #complete(reader: MessageReader, entry: Entry): void {
    const message = reader.finish();
    if (message === undefined) {
      reader.release();
      entry.leave();
      this.#refuse({ code: GRPC_CODE.internal, message: 'The message is not complete' });
      return;
    }
    this.#isReading = false;
    this.#isTaken = true;
    void this.#take(message, reader, entry);
  }

  async #take({ compressed, body }: GrpcMessage, reader: MessageReader, entry: Entry): Promise<void> {
    const compression = compressed ? this.#compression : 'identity';
    try {
      const delivery = { signal: this.#signal, protocol: 'grpc' as const, compression, body };
      this.#answer(await this.#context.intake.take(delivery, entry));
    } finally {
      reader.release();
      entry.leave();
    }
  }

  #answer(answer: Answer): void {
    const status = this.#counted(answer);
    if (answer.kind !== 'taken') {
      end(this.#stream, status, this.#context);
      return;
    }
    if (isGone(this.#stream)) return;
    dropUnread(this.#stream, this.#context);
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
    this.#isReading = false;
    end(this.#stream, status, this.#context);
  }
}

/** Answers with trailers only, and resets the stream so that the sender stops. */
function end(stream: ServerHttp2Stream, status: RpcStatus, context: GrpcContext): void {
  if (isGone(stream)) return;
  dropUnread(stream, context);
  stream.respond({ ...RESPONSE_HEADERS, ...trailersOf(status) }, { endStream: true });
  stream.close(constants.NGHTTP2_NO_ERROR);
}

/** A sender that does not read its answer is not waited for: its connection ends. */
function dropUnread(stream: ServerHttp2Stream, { unreadTimeoutMillis }: GrpcContext): void {
  const { session } = stream;
  stream.setTimeout(unreadTimeoutMillis, () => session?.destroy());
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

const RETRY_CODE: Readonly<Record<RetryAnswer['kind'], number>> = {
  overloaded: GRPC_CODE.unavailable,
  throttled: GRPC_CODE.resourceExhausted,
  'too-slow': GRPC_CODE.deadlineExceeded,
  unavailable: GRPC_CODE.unavailable,
};

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
    default: {
      const { kind, message, retrySeconds } = answer;
      return { code: RETRY_CODE[kind], message, retryDelaySeconds: retrySeconds };
    }
  }
}
