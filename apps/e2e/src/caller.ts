import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apply, kubectl } from './kubectl.ts';
import { until } from './until.ts';

/** What became of calls. */
export interface Calls {
  readonly answered: number;
  readonly failed: number;
  /** From when it was due until it was answered or had failed, in milliseconds. */
  readonly slowestMs: number;
  readonly lastFailure: string;
}

/** A pod that greets through api 50 times a second, for what must go on while something else does not. */
export interface Caller extends AsyncDisposable {
  /** Waits for so many more answers, and says how the calls went since it was last asked. */
  more(answers: number): Promise<Calls>;
  /** Says how the calls went in whole seconds between two times, as `Date.now()` says them. */
  between(start: number, end: number): Promise<Calls>;
}

/** Starts calling, and waits for the first calls. */
export async function startCaller(): Promise<Caller> {
  const path = 'jsonpath={.spec.template.spec.containers[0].image}';
  const image = await kubectl('get', 'deployment', 'api', '--output', path);
  const script = await readFile(join(import.meta.dirname, 'call-forever.ts'), 'utf8');
  await apply(pod(image, script));
  const read = async (): Promise<Second[]> => {
    const text = await kubectl('logs', 'caller');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };
  let asked = 0;
  const more = async (answers: number): Promise<Calls> => {
    const before = sum((await read()).slice(asked)).answered;
    return await until(`${answers} more answers than ${before}`, 60_000, async () => {
      const seconds = await read();
      const calls = sum(seconds.slice(asked));
      if (calls.answered < before + answers) return false;
      asked = seconds.length;
      return calls;
    });
  };
  await until('a first answer', 60_000, async () => sum(await read()).answered > 0);
  return {
    more,
    async between(start, end) {
      const seconds = await read();
      return sum(seconds.filter(({ at }) => start + 1_000 <= at && at <= end));
    },
    async [Symbol.asyncDispose]() {
      await kubectl('delete', 'pod', 'caller', '--grace-period', '1');
    },
  };
}

/** What came of calls in the second that ended then. */
interface Second extends Calls {
  readonly at: number;
}

function sum(seconds: readonly Calls[]): Calls {
  return {
    answered: seconds.reduce((all, { answered }) => all + answered, 0),
    failed: seconds.reduce((all, { failed }) => all + failed, 0),
    slowestMs: Math.max(0, ...seconds.map(({ slowestMs }) => slowestMs)),
    lastFailure: seconds.findLast(({ lastFailure }) => lastFailure)?.lastFailure ?? '',
  };
}

function pod(image: string, script: string): object {
  const url = 'http://$(API_SERVICE_HOST):$(API_SERVICE_PORT)/greeter/say/hello?name=caller';
  const container = {
    name: 'caller',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/nodejs/bin/node', '--input-type=module-typescript', '--eval', script],
    env: [{ name: 'CALL_URL', value: url }],
    resources: { requests: { cpu: '20m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'caller' },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container],
    },
  };
}
