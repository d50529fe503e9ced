import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  create,
  createFileRegistry,
  type DescFile,
  type DescService,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import {
  ServerReflection,
  type ServerReflectionResponseSchema,
} from '../gen/grpc/reflection/v1/reflection_pb.ts';
import type { Handlers } from './handlers.ts';

type Answer = NonNullable<
  MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse']
>;

/** Both names the protocol goes by: tools of before 2023 ask for v1alpha, which has the same messages. */
export const reflectionNames: readonly string[] = [
  ServerReflection.typeName,
  'grpc.reflection.v1alpha.ServerReflection',
];

/** Tells anyone the schema of these services, as https://github.com/grpc/grpc/blob/master/doc/server-reflection.md says. */
export function createReflection(
  services: readonly DescService[],
): readonly [typeof ServerReflection, Handlers<typeof ServerReflection>] {
  const files = new Map<string, DescFile>();
  for (const service of services)
    for (const file of withDependencies(service.file)) files.set(`${file.name}.proto`, file);
  const symbols = createFileRegistry(
    create(FileDescriptorSetSchema, { file: [...files.values()].map((file) => file.proto) }),
  );

  const answer = (query: { case?: string | undefined; value?: unknown }): Answer => {
    switch (query.case) {
      case 'listServices':
        return {
          case: 'listServicesResponse',
          value: { service: services.map(({ typeName }) => ({ name: typeName })) },
        };
      case 'fileByFilename':
        return descriptors(files.get(String(query.value)), `file ${query.value}`);
      case 'fileContainingSymbol': {
        const symbol = String(query.value);
        // A method or a field is asked for by its owner's name and its own.
        const owner = symbols.get(symbol) ?? symbols.get(symbol.slice(0, symbol.lastIndexOf('.')));
        return descriptors(owner && files.get(`${owner.file.name}.proto`), `symbol ${symbol}`);
      }
      default:
        return refusal(
          12,
          `expected list_services, file_by_filename or file_containing_symbol, got ${query.case}`,
        );
    }
  };
  return [
    ServerReflection,
    {
      async *serverReflectionInfo(requests) {
        for await (const request of requests)
          yield {
            validHost: request.host,
            originalRequest: request,
            messageResponse: answer(request.messageRequest),
          };
      },
    },
  ];
}

function descriptors(file: DescFile | undefined, what: string): Answer {
  if (!file) return refusal(5, `no ${what} here`);
  const wanted = [...withDependencies(file)].reverse();
  return {
    case: 'fileDescriptorResponse',
    value: {
      fileDescriptorProto: wanted.map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto)),
    },
  };
}

function refusal(errorCode: number, errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode, errorMessage } };
}

/** A file after everything it imports. */
function* withDependencies(file: DescFile, seen: Set<string> = new Set()): Generator<DescFile> {
  if (seen.has(file.name)) return;
  seen.add(file.name);
  for (const dependency of file.dependencies) yield* withDependencies(dependency, seen);
  yield file;
}
