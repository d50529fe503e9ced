import { nowUs } from '../api-server/emitter.ts';
import { runSubject } from '../subject.ts';
import { openClientNode } from './open-client-node.ts';
import { createWatchMeter } from './watch-meter.ts';

runSubject(async ([url = '', count], ready) => {
  const { informer } = openClientNode(url);
  await informer.start();
  const meter = createWatchMeter(Number(count));
  informer.on('update', ({ metadata }) => {
    const seenAtUs = nowUs();
    // Found without parsing the record, which is no work of the informer's.
    for (const record of Object.values(metadata?.annotations ?? {})) {
      const start = record.indexOf(mark) + mark.length;
      meter.see(record.slice(start, start + 10), seenAtUs);
    }
  });
  await ready();
  return await meter.figures;
});

const mark = '"registry":"';
