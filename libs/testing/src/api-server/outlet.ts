import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Where the bytes of an answer go; a fault can stand before it. */
export interface Outlet {
  /** Sends status and headers at once. */
  begin(status: number, headers: OutgoingHttpHeaders): void;
  /** Does nothing when it is over. @param sent Is called when the bytes have been handed to the socket. */
  write(bytes: Buffer, sent?: () => void): void;
  end(): void;
  /** Breaks the connection. */
  reset(): void;
  /** Calls back when it is over, whoever ended it. */
  onClose(callback: () => void): void;
}

/** The outlet that sends what it is given. */
export function createOutlet(response: ServerResponse): Outlet {
  return {
    begin(status, headers) {
      response.writeHead(status, headers);
      response.flushHeaders();
    },
    write(bytes, sent) {
      if (!response.writableEnded) response.write(bytes, sent);
    },
    end: () => void response.end(),
    reset: () => void response.destroy(),
    onClose: (callback) => void response.once('close', callback),
  };
}
