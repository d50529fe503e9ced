import type { Clock } from '../clock.ts';
import { Refusal } from './api-status.ts';
import type { WatchFault } from './event-stream.ts';
import { bytewiseOutlet, cutOutlet, slowOutlet, stallingOutlet } from './faulty-outlets.ts';
import type { Outlet } from './outlet.ts';

/** What can happen to a request and its answer. */
export type RequestFault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** A page, as of a proxy that found no server. @default status 502 */
  | { readonly kind: 'html'; readonly status?: number }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  /** The connection breaks. */
  | { readonly kind: 'reset' }
  /** The headers of the answer, then nothing. */
  | { readonly kind: 'stall' }
  /** An answer that comes slowly, by the server's clock. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** The connection breaks in the middle of the answer; of a watch, of its first event. */
  | { readonly kind: 'cut' }
  /** An answer that comes byte by byte. */
  | { readonly kind: 'bytewise' };

/** A fault to come, once or several times; one of a watch, when the watch has told what is there. */
export type Fault = RequestFault | WatchFault;

/** The faults the fake has been told to show. */
export interface Faults {
  /**
   * Shows a fault to the next `count` requests, or to those of one verb (`list`, `watch`, `patch`, …).
   * One that only a watch can have waits for a watch.
   */
  next(count: number, fault: Fault, verb?: string): void;
  clear(): void;
  /** Shows the fault that is due. What is left to do; undefined if the request is dealt with. */
  strike(verb: string, outlet: Outlet): Struck | undefined;
}

/** How a request goes on after the fault that was due, if one was. */
export interface Struck {
  readonly outlet: Outlet;
  /** To be shown when the watch is open. */
  readonly watchFault?: WatchFault;
}

export function createFaults(clock: Clock): Faults {
  let script: { left: number; fault: Fault; verb: string | undefined }[] = [];

  return {
    next(count, fault, verb) {
      script.push({ left: count, fault, verb });
    },
    clear() {
      script = [];
    },
    strike(verb, outlet) {
      const due = script.find(
        (line) =>
          line.left > 0 &&
          (line.verb ?? verb) === verb &&
          (verb === 'watch' || isRequestFault(line.fault)),
      );
      if (!due) return { outlet };
      due.left--;
      const { fault } = due;
      return isRequestFault(fault) ? strike(fault, outlet, clock) : { outlet, watchFault: fault };
    },
  };
}

const requestFaults = ['status', 'html', 'hang', 'reset', 'stall', 'slow', 'cut', 'bytewise'];

function isRequestFault(fault: Fault): fault is RequestFault {
  return requestFaults.includes(fault.kind);
}

function strike(fault: RequestFault, outlet: Outlet, clock: Clock): Struck | undefined {
  switch (fault.kind) {
    case 'status': {
      const { status, retryAfterSeconds } = fault;
      const details = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds };
      throw new Refusal(status, `scripted fault ${status}`, details);
    }
    case 'html':
      outlet.begin(fault.status ?? 502, { 'content-type': 'text/html' });
      outlet.write(Buffer.from('<html><body><h1>no server available</h1></body></html>\n'));
      outlet.end();
      return;
    case 'hang':
      return;
    case 'reset':
      outlet.reset();
      return;
    case 'stall':
      return { outlet: stallingOutlet(outlet) };
    case 'slow':
      return { outlet: slowOutlet(outlet, clock, fault.bytesPerSecond) };
    case 'cut':
      return { outlet: cutOutlet(outlet) };
    case 'bytewise':
      return { outlet: bytewiseOutlet(outlet) };
  }
}
