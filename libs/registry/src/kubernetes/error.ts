import { explainForbidden, type KubeError } from '@micro/kube';
import { RegistryError } from '../registry.ts';

/** Says what the API server, or its absence, means for the registry. */
export function registryError(error: KubeError): RegistryError {
  const { status = 0 } = error;
  const options = { cause: error };
  if (status === 401) return new RegistryError('forbidden', error.message, options);
  if (status === 403) return new RegistryError('forbidden', explainForbidden(error), options);
  const refused = status >= 400 && status < 500 && status !== 429;
  return new RegistryError(refused ? 'refused' : 'unavailable', error.message, options);
}
