import type { ServerResponse } from 'node:http';
import { Refusal } from './api-status.ts';

/** A fault to come, once or several times, for all requests or those of one verb. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  /** The connection breaks. */
  | { readonly kind: 'reset' };

/** The faults the fake has been told to show. */
export interface Faults {
  /** Shows a fault to the next `count` requests, or to those of one verb (`list`, `watch`, `patch`, …). */
  next(count: number, fault: Fault, verb?: string): void;
  clear(): void;
  /** Shows the fault that is due, if one is; true if the request is dealt with. */
  strike(verb: string, response: ServerResponse): boolean;
}

export function createFaults(): Faults {
  let script: { left: number; fault: Fault; verb: string | undefined }[] = [];

  return {
    next(count, fault, verb) {
      script.push({ left: count, fault, verb });
    },
    clear() {
      script = [];
    },
    strike(verb, response) {
      const due = script.find((line) => line.left > 0 && (line.verb ?? verb) === verb);
      if (!due) return false;
      due.left--;
      switch (due.fault.kind) {
        case 'status': {
          const { status, retryAfterSeconds } = due.fault;
          if (retryAfterSeconds !== undefined)
            response.setHeader('retry-after', String(retryAfterSeconds));
          throw new Refusal(status, `scripted fault ${status}`);
        }
        case 'hang':
          return true;
        case 'reset':
          response.destroy();
          return true;
      }
    },
  };
}
