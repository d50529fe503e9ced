import type { DescMethod } from '@bufbuild/protobuf';
import { RpcError } from '../errors.ts';
import { callerKey, checkMetadata, retriedKey } from '../metadata.ts';
import { methodOf } from '../method.ts';
import type { Span } from '../tracing.ts';
import type { Metadata } from '../transport/transport.ts';
import type { CallOptions, ClientFactoryOptions } from './client.ts';
import type { Limits } from './limits.ts';

/** What calls made for another call take over from it. */
export interface Inherited {
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly deadline: number | undefined;
  readonly metadata: Metadata;
  /** Its part of the trace. */
  readonly span?: Span | undefined;
}

/**
 * Puts together what holds for each call of a client: the nearest deadline, every signal, all metadata.
 *
 * @throws RpcError 400 for metadata that can't be sent.
 */
export function limitCalls(
  { name, timeoutMs = 5_000, retries: ownRetries = 1 }: Omit<ClientFactoryOptions, 'channels'>,
  inherited: Inherited | undefined,
): (descriptor: DescMethod, call: CallOptions) => Limits {
  const retries = inherited?.metadata[retriedKey] === undefined ? ownRetries : 0;
  const own: Metadata = { ...pick(inherited?.metadata, retriedKey), [callerKey]: name };
  const mark: Metadata = { [retriedKey]: '1' };
  // Frozen, so that the transport need not turn them into its own form for each call.
  const once: Metadata = Object.freeze({ ...inherited?.metadata, ...own });
  const repeated: Metadata = Object.freeze({ ...once, ...mark });

  return (descriptor, call) => {
    const { idempotent, responseStream, requestStream } = methodOf(descriptor);
    const common = idempotent && retries > 0 ? repeated : once;
    const usualMs = responseStream || requestStream ? Infinity : timeoutMs;
    return {
      ...patience(call.timeoutMs, usualMs, inherited?.deadline),
      signals: signalsOf(call.signal, inherited?.signal),
      metadata: call.metadata
        ? { ...common, ...checkMetadata(call.metadata), ...own, ...(common === repeated && mark) }
        : common,
      wish: call,
      waitForReady: call.waitForReady ?? false,
      retries,
      parent: inherited?.span,
      onHeader: call.onHeader,
      onTrailer: call.onTrailer,
    };
  };
}

function pick(metadata: Metadata | undefined, key: string): Metadata {
  const value = metadata?.[key];
  return value === undefined ? {} : { [key]: value };
}

/** So much of what is left a service keeps for itself, to tell its caller that those it called were late. */
const marginShare = 0.05;
const maxMarginMs = 50;

function patience(
  chosenMs: number | undefined,
  usualMs: number,
  inherited: number | undefined,
): Pick<Limits, 'deadline' | 'timeoutMs' | 'chosenBy'> {
  if (chosenMs !== undefined && !(chosenMs >= 0))
    throw new RpcError(400, `expected timeoutMs to be milliseconds from 0, got ${chosenMs}`);
  const now = Date.now();
  const ownMs = chosenMs ?? usualMs;
  const chosenBy = chosenMs === undefined ? 'the default' : 'the call';
  if (inherited === undefined) return { deadline: now + ownMs, timeoutMs: ownMs, chosenBy };
  const leftMs = inherited - now;
  const timeoutMs = leftMs - Math.min(maxMarginMs, Math.max(0, leftMs) * marginShare);
  if (ownMs <= timeoutMs) return { deadline: now + ownMs, timeoutMs: ownMs, chosenBy };
  return { deadline: now + timeoutMs, timeoutMs, chosenBy: 'the call it was made for' };
}

const noSignals: readonly AbortSignal[] = [];

function signalsOf(
  own: AbortSignal | undefined,
  inherited: AbortSignal | undefined,
): readonly AbortSignal[] {
  if (!own && !inherited) return noSignals;
  return [own, inherited].filter((signal) => signal !== undefined);
}
