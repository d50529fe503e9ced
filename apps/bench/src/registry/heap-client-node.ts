import { liveBytes } from '../meter.ts';
import { runSubject } from '../subject.ts';
import { openClientNode } from './open-client-node.ts';

runSubject(async ([url = '']) => {
  await takePicture(url).then((informer) => informer.stop());
  const before = await liveBytes();
  const informer = await takePicture(url);
  const bytes = (await liveBytes()) - before;
  return { bytesPerPod: bytes / informer.list().length };
});

async function takePicture(url: string): Promise<ReturnType<typeof openClientNode>['informer']> {
  const { informer } = openClientNode(url);
  await informer.start();
  return informer;
}
