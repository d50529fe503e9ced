// Run by skaffold, see skaffold.yaml.
import { buildImage, readImageRequest } from './image.ts';

await buildImage(readImageRequest(process.argv.slice(2), process.env));
