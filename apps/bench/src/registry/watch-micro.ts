import { nowUs } from '../api-server/emitter.ts';
import { runSubject } from '../subject.ts';
import { openMicro } from './open-micro.ts';
import { createWatchMeter } from './watch-meter.ts';

runSubject(async ([url = '', count], ready) => {
  const { registry } = openMicro(url);
  const view = registry.watch();
  await view.synced;
  const meter = createWatchMeter(Number(count));
  view.subscribe(({ node }) => meter.see(node.metadata['registry'], nowUs()));
  await ready();
  return await meter.figures;
});
