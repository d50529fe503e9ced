import type { View } from '../../../../libs/registry/src/registry.ts';
import { liveBytesOf } from '../meter.ts';
import { runSubject } from '../subject.ts';
import { openMicro } from './open-micro.ts';

runSubject(async ([url = '']) => {
  const { made, bytes } = await liveBytesOf(
    () => takePicture(url),
    ({ close }) => close(),
  );
  return { bytesPerPod: bytes / made.view.nodes.length };
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
