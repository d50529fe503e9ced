import type { ClientCompatRequest_Cancel } from './gen/connectrpc/conformance/v1/client_compat_pb.ts';

/** Cancels a call at the point that the suite chose. */
export interface Cancellation {
  readonly signal: AbortSignal;
  /** All requests are sent, and the end of them is not. */
  beforeClose(): void;
  /** The end of the requests is sent. */
  afterClose(): void;
  /** @param count How many answers have come by now. */
  received(count: number): void;
}

/** @param cancel Without it the call is left alone. */
export function createCancellation(cancel: ClientCompatRequest_Cancel | undefined): Cancellation {
  const controller = new AbortController();
  const timing = cancel?.cancelTiming;
  return {
    signal: controller.signal,
    beforeClose() {
      if (timing?.case === 'beforeCloseSend') controller.abort();
    },
    afterClose() {
      if (timing?.case === 'afterCloseSendMs') setTimeout(() => controller.abort(), timing.value);
      // What says nothing more means this, at once.
      if (timing && timing.case === undefined) controller.abort();
    },
    received(count) {
      if (timing?.case === 'afterNumResponses' && timing.value === count) controller.abort();
    },
  };
}
