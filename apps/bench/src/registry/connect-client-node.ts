import { runSubject } from '../subject.ts';
import { openClientNode } from './open-client-node.ts';

// The connections are counted by the server.
runSubject(async ([url = '', path = '', calls]) => {
  const { api, informer } = openClientNode(url);
  await informer.start();
  const name = path.slice(path.lastIndexOf('/') + 1);
  for (let n = 0; n < Number(calls); n++) await api.readNamespacedPod({ namespace: 'micro', name });
  return {};
});
