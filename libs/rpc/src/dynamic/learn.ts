import {
  create,
  createFileRegistry,
  type FileRegistry,
  fromBinary,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import type { Client } from '../client/client.ts';
import { RpcError } from '../errors.ts';
import type {
  ServerReflection,
  ServerReflectionRequestSchema,
} from '../gen/grpc/reflection/v1/reflection_pb.ts';

type Question = NonNullable<
  MessageInitShape<typeof ServerReflectionRequestSchema>['messageRequest']
>;

/** A stranger's schema may not be larger than this. */
const maxFiles = 500;
const maxBytes = 8 * 1024 * 1024;

/**
 * Asks a server by reflection for all it serves.
 *
 * @returns Its types and the full names of its services.
 * @throws RpcError 502 if the answers make no schema or a too large one.
 */
export async function learn(
  reflection: Client<typeof ServerReflection>,
  options: { timeoutMs: number },
): Promise<{ types: FileRegistry; services: string[] }> {
  const services: string[] = [];
  const files = new Map<string, FileDescriptorProto>();
  const asked = new Set<string>();
  const questions = new Questions();
  let bytes = 0;

  const askOnce = (question: Question): void => {
    const key = `${question.case} ${question.value}`;
    if (asked.has(key)) return;
    asked.add(key);
    questions.ask(question);
  };
  askOnce({ case: 'listServices', value: '' });
  for await (const { messageResponse: answer } of reflection.serverReflectionInfo(
    questions,
    options,
  )) {
    if (answer.case === 'listServicesResponse')
      for (const { name } of answer.value.service) {
        services.push(name);
        askOnce({ case: 'fileContainingSymbol', value: name });
      }
    if (answer.case === 'fileDescriptorResponse')
      for (const file of answer.value.fileDescriptorProto) {
        bytes += file.length;
        if (files.size >= maxFiles || bytes > maxBytes)
          throw new RpcError(
            502,
            `expected a schema of at most ${maxFiles} files and ${maxBytes} bytes`,
          );
        const proto = read(file);
        files.set(proto.name, proto);
      }
    questions.answered();
    if (questions.open === 0)
      for (const { dependency } of files.values())
        for (const name of dependency)
          if (!files.has(name)) askOnce({ case: 'fileByFilename', value: name });
    if (questions.open === 0) questions.end();
  }
  return { types: registryOf(files), services };
}

function read(file: Uint8Array): FileDescriptorProto {
  try {
    return fromBinary(FileDescriptorProtoSchema, file);
  } catch (cause) {
    throw new RpcError(502, 'expected a file descriptor, got other bytes', { cause });
  }
}

/** protobuf-es wants files after everything they import. */
function registryOf(files: ReadonlyMap<string, FileDescriptorProto>): FileRegistry {
  const ordered = new Set<FileDescriptorProto>();
  const visiting = new Set<string>();
  const visit = (name: string): void => {
    const file = files.get(name);
    if (!file || visiting.has(name)) return;
    visiting.add(name);
    for (const dependency of file.dependency) visit(dependency);
    ordered.add(file);
  };
  for (const name of files.keys()) visit(name);
  try {
    return createFileRegistry(create(FileDescriptorSetSchema, { file: [...ordered] }));
  } catch (cause) {
    throw new RpcError(502, `expected a complete schema: ${(cause as Error).message}`, { cause });
  }
}

/** Questions as they come up, until there are no more. */
class Questions implements AsyncIterable<{ messageRequest: Question }> {
  readonly #waiting: Question[] = [];
  #wake = (): void => {};
  #ended = false;
  /** How many have no answer yet. */
  open = 0;

  ask(question: Question): void {
    this.open++;
    this.#waiting.push(question);
    this.#wake();
  }

  answered(): void {
    this.open--;
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<{ messageRequest: Question }> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) yield { messageRequest: next };
      else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
