import type { RpcError } from '../errors.ts';

/** What became of one answered call. */
export interface Answered {
  /** `Say.Hello`. */
  readonly endpoint: string;
  /** The registered name of the service that called, as it says itself. */
  readonly caller: string | undefined;
  /** 200, or the code of the error. */
  readonly code: number;
  readonly durationMs: number;
  /** What went wrong, in full; never shown to callers. */
  readonly error?: RpcError;
  /** What the caller was told in place of a cause that is not for it: the two are found by it. */
  readonly id?: string;
}
