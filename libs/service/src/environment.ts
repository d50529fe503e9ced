import { nearest } from '@micro/rpc/nearest';
import { type OptionDefinitions, variableOf } from './option-definition.ts';

/**
 * What is wrong with the names of `MICRO_` variables: each that means no option of ours is a fault,
 * or it would be ignored in silence.
 *
 * An environment is shared, so what is for others stays: `MICRO_API_ADDRESS` is an option of another
 * service, for none of ours begins with `MICRO_API_`, unless it looks like a slip of one that does.
 * And what the kubelet writes for Services of such names:
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
export function unknownVariables(
  definitions: OptionDefinitions,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  const known = Object.entries(definitions).map(([name, option]) => variableOf(name, option));
  const families = new Set(known.map(familyOf));
  return Object.keys(env)
    .filter((variable) => variable.startsWith('MICRO_') && !known.includes(variable))
    .filter((variable) => !isServiceLink(variable, env))
    .flatMap((variable) => {
      const meant = nearest(variable, known, (close) => `; did you mean ${close}?`);
      const family = familyOf(variable);
      const ours = families.has(family) || variable === `MICRO_${family}`;
      // In short names two letters make another word.
      if (!ours && (meant === '' || family.length < minSlipLetters)) return [];
      return [`${variable}: no such option, got ${JSON.stringify(env[variable])}${meant}`];
    });
}

const minSlipLetters = 5;

/** `REGISTER` of `MICRO_REGISTER_TTL`. */
function familyOf(variable: string): string {
  return variable.split('_')[1] ?? '';
}

/** Whether the kubelet wrote it: `<service>_PORT…` and `<service>_SERVICE_…`, always together. */
function isServiceLink(variable: string, env: NodeJS.ProcessEnv): boolean {
  const service = /^(MICRO(?:_\w+?)?)_(SERVICE_HOST|SERVICE_PORT|PORT)(_\w+)?$/.exec(variable)?.[1];
  return service !== undefined && Object.hasOwn(env, `${service}_SERVICE_HOST`);
}
