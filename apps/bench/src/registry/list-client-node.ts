import { peakBytes, startMeter } from '../meter.ts';
import { runSubject } from '../subject.ts';
import { openClientNode } from './open-client-node.ts';

runSubject(async ([url = '', count]) => {
  const { informer } = openClientNode(url);
  const stop = startMeter();
  await informer.start();
  const pods = informer.list();
  if (pods.length !== Number(count)) throw new Error(`got ${pods.length} pods`);
  return { ...(await stop()), peakBytes: peakBytes() };
});
