/** A connection to one Kafka broker that sends requests as they are, one after the other. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const CLIENT_ID = 'valet-interop';

export class BrokerConnection {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  #received: Buffer = Buffer.alloc(0);
  #correlation = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  /** Connects to `host:port`. */
  static async open(address: string): Promise<BrokerConnection> {
    const { hostname, port } = new URL(`tcp://${address}`);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new BrokerConnection(socket);
  }

  /** Sends a request whose header is of version 1 (no tagged fields) and resolves with the body of its answer. */
  async call(api: { readonly key: number; readonly version: number }, body: Uint8Array): Promise<WireReader> {
    const correlation = ++this.#correlation;
    const header = new WireWriter().int16(api.key).int16(api.version).int32(correlation).text(CLIENT_ID);
    this.#socket.write(new WireWriter().bytes(Buffer.concat([header.finish(), body])).finish());
    const answer = new WireReader(await this.#frame());
    const answered = answer.int32();
    if (answered !== correlation)
      throw new Error(`The broker answered request ${answered}, not ${correlation}`);
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #frame(): Promise<Buffer> {
    for (;;) {
      const size = this.#received.length < 4 ? Number.POSITIVE_INFINITY : this.#received.readInt32BE(0);
      if (this.#received.length >= 4 + size) {
        const frame = this.#received.subarray(4, 4 + size);
        this.#received = this.#received.subarray(4 + size);
        return frame;
      }
      const { done, value } = await this.#chunks.next();
      if (done) throw new Error('The broker closed the connection');
      this.#received = Buffer.concat([this.#received, value]);
    }
  }
}
