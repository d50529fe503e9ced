import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Status,
} from '../gen/grpc/health/v1/health_pb.ts';
import { Code } from '../transport/code.ts';
import type { Connection } from '../transport/transport.ts';

/** `refuses`: it answers, and says that it does not serve. `unknown`: the connection broke, which others see, or this process was the one that stood still. */
export type Aliveness = 'alive' | 'refuses' | 'silent' | 'unknown';

/** A timer that is so late was held up. */
const standstillMs = 250;

const path = `/${Health.typeName}/${Health.method.check.name}`;
const request = toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema));

/** Asks a node for its health. Any answer is a sign of life, "no such service" too. */
export function askWhetherAlive(
  connection: Connection,
  withinMs: number,
  onAnswer: (answer: Aliveness) => void,
): void {
  const started = performance.now();
  let refuses = false;
  const call = connection.call(
    path,
    { metadata: {}, deadline: Date.now() + withinMs },
    {
      message(bytes) {
        refuses = saysNotServing(bytes);
      },
      end({ code, fate }) {
        const overdueMs = performance.now() - started - withinMs;
        if (refuses) onAnswer('refuses');
        else if (code === Code.DEADLINE_EXCEEDED)
          // After a standstill timers run first: the answer may have been there unread.
          onAnswer(overdueMs < standstillMs ? 'silent' : 'unknown');
        else onAnswer(fate === 'processed' && code !== Code.UNAVAILABLE ? 'alive' : 'unknown');
      },
    },
  );
  call.send(request);
  call.finish();
  call.read();
}

function saysNotServing(bytes: Uint8Array): boolean {
  try {
    return fromBinary(HealthCheckResponseSchema, bytes).status === Status.NOT_SERVING;
  } catch {
    return false; // Strange, but alive.
  }
}
