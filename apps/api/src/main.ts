import { run } from '@micro/service';
import { api } from './api.ts';

run(api);
