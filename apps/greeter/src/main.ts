import { Say } from '@micro/contracts';
import { run } from '@micro/service';
import { say } from './say.ts';

run({ name: 'go.micro.srv.greeter', handlers: [[Say, say]] });
