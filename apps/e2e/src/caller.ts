import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apply, kubectl } from './kubectl.ts';
import { until } from './until.ts';

/** What became of the calls so far. */
export interface Calls {
  readonly answered: number;
  readonly failed: number;
  /** The longest time between two answers, of calls that are made four at a time. */
  readonly longestSilenceMs: number;
  readonly lastFailure: string;
}

/** A pod that greets through api all the time, for what must go on while something else does not. */
export interface Caller extends AsyncDisposable {
  /** Waits for some more answers, and says how all calls went since the start. */
  more(answers: number): Promise<Calls>;
}

/** Starts calling, and waits for the first calls. */
export async function startCaller(): Promise<Caller> {
  const path = 'jsonpath={.spec.template.spec.containers[0].image}';
  const image = await kubectl('get', 'deployment', 'api', '--output', path);
  const script = await readFile(join(import.meta.dirname, 'call-forever.ts'), 'utf8');
  await apply(pod(image, script));
  const read = async (): Promise<Calls> =>
    JSON.parse(await kubectl('logs', 'caller', '--tail', '1'));
  const more = async (answers: number): Promise<Calls> => {
    const { answered: before } = await read();
    return await until(`${answers} more answers than ${before}`, 60_000, async () => {
      const now = await read();
      return now.answered >= before + answers && now;
    });
  };
  await until('a first answer', 60_000, async () => (await read()).answered > 0);
  return {
    more,
    async [Symbol.asyncDispose]() {
      await kubectl('delete', 'pod', 'caller', '--grace-period', '1');
    },
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
