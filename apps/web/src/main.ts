import { run } from '@micro/service';
import { web } from './web.ts';

run(web);
