import { peakBytes, startMeter } from '../meter.ts';
import { runSubject } from '../subject.ts';
import { openMicro } from './open-micro.ts';

runSubject(async ([url = '', count]) => {
  const { registry } = openMicro(url);
  const stop = startMeter();
  const view = registry.watch();
  await view.synced;
  if (view.nodes.length !== Number(count)) throw new Error(`got ${view.nodes.length} nodes`);
  return { ...(await stop()), peakBytes: peakBytes() };
});
