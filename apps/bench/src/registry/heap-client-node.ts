import { liveBytesOf } from '../meter.ts';
import { runSubject } from '../subject.ts';
import { openClientNode } from './open-client-node.ts';

runSubject(async ([url = '']) => {
  const { made, bytes } = await liveBytesOf(
    () => takePicture(url),
    (informer) => informer.stop(),
  );
  return { bytesPerPod: bytes / made.list().length };
});

async function takePicture(url: string): Promise<ReturnType<typeof openClientNode>['informer']> {
  const { informer } = openClientNode(url);
  await informer.start();
  return informer;
}
