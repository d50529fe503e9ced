import { runSubject } from '../subject.ts';
import { openMicro } from './open-micro.ts';

// The connections are counted by the server.
runSubject(async ([url = '', path = '', calls]) => {
  const { client, registry } = openMicro(url);
  await registry.watch().synced;
  for (let n = 0; n < Number(calls); n++) await client.request('GET', path);
  return {};
});
