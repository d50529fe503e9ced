import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Status,
} from '../gen/grpc/health/v1/health_pb.ts';
import { Code } from '../transport/code.ts';
import type { Connection } from '../transport/transport.ts';

/** `gone`: the connection broke; whoever watches it knows. */
export type Aliveness = 'alive' | 'silent' | 'gone';

const path = `/${Health.typeName}/${Health.method.check.name}`;
const request = toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema));

/** Asks a node for its health. Any answer will do, "no such service" too, but that it does not serve. */
export function askWhetherAlive(
  connection: Connection,
  withinMs: number,
  onAnswer: (answer: Aliveness) => void,
): void {
  let refuses = false;
  const call = connection.call(
    path,
    { metadata: {}, deadline: Date.now() + withinMs },
    {
      message(bytes) {
        refuses = saysNotServing(bytes);
      },
      end({ code, fate }) {
        if (code === Code.DEADLINE_EXCEEDED || refuses) onAnswer('silent');
        else onAnswer(fate === 'processed' && code !== Code.UNAVAILABLE ? 'alive' : 'gone');
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
