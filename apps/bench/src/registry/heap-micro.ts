import type { View } from '../../../../libs/registry/src/registry.ts';
import { liveBytes } from '../meter.ts';
import { runSubject } from '../subject.ts';
import { openMicro } from './open-micro.ts';

runSubject(async ([url = '']) => {
  // The first picture brings the code to the heap, the second one nothing but pods.
  const first = await takePicture(url);
  await first.close();
  const before = await liveBytes();
  const { view } = await takePicture(url);
  const bytes = (await liveBytes()) - before;
  return { bytesPerPod: bytes / view.nodes.length };
});

async function takePicture(url: string): Promise<{ view: View; close: () => Promise<void> }> {
  const { client, registry } = openMicro(url);
  const view = registry.watch();
  await view.synced;
  if (view.nodes.length === 0) throw new Error('expected nodes, got none');
  const close = async (): Promise<void> => {
    await registry.close();
    client.close();
  };
  return { view, close };
}
