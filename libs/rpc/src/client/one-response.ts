import { RpcError } from '../errors.ts';
import type { Message } from '../method.ts';
import { Code } from '../transport/code.ts';
import type { Call, Sink } from './call.ts';
import { callerId } from './caller-id.ts';

/**
 * Waits for the one response of a call.
 *
 * @param begin Makes the call that tells `sink`.
 * @throws RpcError for every way it does not come.
 */
export function oneResponse(
  begin: (sink: Sink) => Call,
  read: (bytes: Uint8Array) => Message,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    let response: Uint8Array | undefined;
    let count = 0;
    const call = begin({
      again() {
        response = undefined;
        count = 0;
      },
      message(bytes) {
        response = bytes;
        count++;
        // A second one must not come; unless it is asked for, nobody would know.
        call.read();
      },
      end(error) {
        if (error) return reject(error);
        if (response === undefined || count > 1) return reject(notOne(count));
        try {
          resolve(read(response));
        } catch (cause) {
          reject(unreadable(cause));
        }
      },
    });
    call.start();
  });
}

/** @param cause What the decoder says. */
export function unreadable(cause: unknown): RpcError {
  const detail = `expected a response that can be read: ${(cause as Error).message}`;
  return RpcError.grpc(Code.INTERNAL, detail, { id: callerId, cause });
}

/** The code is the one all gRPC clients have: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md. */
function notOne(count: number): RpcError {
  return RpcError.grpc(Code.UNIMPLEMENTED, `expected one response, got ${count}`, { id: callerId });
}
