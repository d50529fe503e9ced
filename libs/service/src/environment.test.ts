import { expect, test } from 'vitest';
import { unknownVariables } from './environment.ts';
import { serviceOptions } from './service-options.ts';

const definitions = {
  ...serviceOptions('go.micro.api', '1', ['memory']),
  address: { schema: expect, default: '', help: '', env: 'MICRO_API_ADDRESS' } as never,
};
const namesOf = (env: NodeJS.ProcessEnv): readonly string[] => unknownVariables(definitions, env);

test.each([
  ['MICRO_REGISTRI', 'MICRO_REGISTRI: no such option, got "x"; did you mean MICRO_REGISTRY?'],
  [
    'MICRO_SERVR_NAME',
    'MICRO_SERVR_NAME: no such option, got "x"; did you mean MICRO_SERVER_NAME?',
  ],
  [
    'MICRO_API_ADRESS',
    'MICRO_API_ADRESS: no such option, got "x"; did you mean MICRO_API_ADDRESS?',
  ],
  ['MICRO_CLIENT_POOL_SIZE', 'MICRO_CLIENT_POOL_SIZE: no such option, got "x"'],
  ['MICRO_PORT', 'MICRO_PORT: no such option, got "x"'],
])('L13: %s is a fault', (variable, fault) => {
  expect(namesOf({ [variable]: 'x' })).toEqual([fault]);
});

test.each([
  ['MICRO_REGISTRY'],
  ['MICRO_API_ADDRESS'],
  // Of other services, whose names are not known here, be they near to ours.
  ['MICRO_WEB_ADDRESS'],
  ['MICRO_APP_ADDRESS'],
  ['MICRO_BLOG_LEVEL'],
  ['MICROSCOPE'],
])('%s is none', (variable) => {
  expect(namesOf({ [variable]: 'x' })).toEqual([]);
});

// As the kubelet writes them: https://kubernetes.io/docs/concepts/services-networking/service/
test.each(['MICRO', 'MICRO_REGISTRY', 'MICRO_SERVER_EU'])(
  'what the kubelet says of a Service %s is none',
  (service) => {
    const env = {
      [`${service}_SERVICE_HOST`]: '10.0.0.11',
      [`${service}_SERVICE_PORT`]: '6379',
      [`${service}_SERVICE_PORT_GRPC`]: '6379',
      [`${service}_PORT`]: 'tcp://10.0.0.11:6379',
      [`${service}_PORT_6379_TCP`]: 'tcp://10.0.0.11:6379',
      [`${service}_PORT_6379_TCP_PROTO`]: 'tcp',
      [`${service}_PORT_6379_TCP_PORT`]: '6379',
      [`${service}_PORT_6379_TCP_ADDR`]: '10.0.0.11',
    };
    expect(namesOf(env)).toEqual([]);
    expect(namesOf({ ...env, MICRO_REGISTRI: 'x' })).toHaveLength(1);
  },
);
